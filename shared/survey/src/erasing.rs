//! What is replaced in a survey when one of its people is erased. What they answered stays, under a pseudonym.

use crate::{
    post::{Place, Post, PostState},
    survey::{Author, Detection, Participant, Reviewer, Survey},
};
use plumbline_domain::{Erase, Erased, erased::GONE};

impl Erase for Survey {
    fn erase(&mut self, erased: &Erased) {
        let Self {
            team_id: _,
            key: _,
            repository,
            title,
            url,
            merged_at: _,
            opened_at: _,
            reveals: _,
            detection,
            control: _,
            truth: _,
            author,
            reviewers,
        } = self;
        for text in [repository, title, url] {
            if let Some(clean) = erased.text(text) {
                *text = clean;
            }
        }
        if let Some(Detection { assisted: _, denied: _, tools: _, evidence, version: _ }) = detection {
            for line in evidence {
                if let Some(clean) = erased.attribution(line) {
                    *line = clean;
                }
            }
        }
        if let Some(Author { person, assisted: _ }) = author {
            person.erase(erased);
        }
        for Reviewer { person, quality: _, guess: _, reveal } in reviewers {
            if erased.account(&person.account).is_some() {
                forget(reveal);
            }
            person.erase(erased);
        }
    }
}

impl Erase for Participant {
    fn erase(&mut self, erased: &Erased) {
        let Self { account, login, member, slack_user, asked: _, opted_out_at: _, message } = self;
        if let (Some(pseudonym), Some(stands)) = (erased.account(account), erased.login(account)) {
            (*account, *login, *slack_user) = (pseudonym, stands, None);
            *member = member.take().and_then(|id| erased.member(&id));
            forget(&mut message.post);
            message.gone = true;
        }
    }
}

/// A message that is not there yet is never sent; of one that is, nobody knows where.
fn forget(post: &mut Post) {
    match &mut post.state {
        PostState::Waiting => post.state = PostState::Dropped,
        PostState::Sent(Place { channel, ts }) => (*channel, *ts) = (GONE.into(), GONE.into()),
        PostState::Sending { .. } | PostState::Unknown { .. } | PostState::Refused { .. } | PostState::Dropped => {}
    }
}
