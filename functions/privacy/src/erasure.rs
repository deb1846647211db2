//! Erasing a person: looked through first, done when somebody has confirmed it.
//!
//! Their tombstone comes first, so that nothing new is stored under their name. What is being saved just then ends within
//! [`SETTLING`]; then every table is gone through, again and again until nothing is found any more.

use crate::{App, Held, Outcome, Stop, pass, removal};
use anyhow::Context as _;
use jiff::SignedDuration;
use plumbline_auth::token;
use plumbline_domain::{Erased, Person, Salt, TeamId};
use plumbline_store::{AUDIT_KEPT, ErasurePhase, ErasureTask, Found, Identified, Subject, Task};

/// How long somebody has to confirm an erasure that they began; what was looked through is old by then.
pub const CONFIRM_WITHIN: SignedDuration = SignedDuration::from_hours(24 * 7);
/// How long somebody who asked for their own erasure may take it back, and an admin is waited for.
pub const GRACE: SignedDuration = SignedDuration::from_hours(24 * 30);
/// Longer than any invocation that may still save what it read before the tombstone was there.
const SETTLING: SignedDuration = SignedDuration::from_mins(2);
/// How long to wait for what turns up again: a sync under way, members being assigned.
const AGAIN: SignedDuration = SignedDuration::from_mins(1);
/// Passes after which somebody has to look why there is always something left.
const MOST_PASSES: u64 = 60;

pub(crate) async fn run(app: &App, held: &mut Held<'_>, mut task: ErasureTask) -> Result<Outcome, Stop> {
    let team = held.job.team_id.clone();
    match task.phase {
        ErasurePhase::Looking => look(app, held, &team, task).await,
        ErasurePhase::Confirming if !task.own => {
            Err(Stop::Final("Nobody confirmed it within 7 days. Nothing was erased; begin it anew.".into()))
        }
        ErasurePhase::Confirming | ErasurePhase::Confirmed => {
            let person = person(app, &team, &task.subject).await?;
            bury(app, held, &team, &mut task, &person).await?;
            Ok(Outcome::Rest { until: app.clock.now() + SETTLING })
        }
        ErasurePhase::Erasing => erase(app, held, &team, task).await,
    }
}

async fn person(app: &App, team: &TeamId, subject: &Subject) -> Result<Person, Stop> {
    let Subject { member, users, accounts } = subject;
    let person = app.store.find_person(team, member.as_ref(), users, accounts).await?;
    if person.members.is_empty() && person.users.is_empty() && person.accounts.is_empty() {
        return Err(Stop::Final("There is no such person in the team any more.".into()));
    }
    Ok(person)
}

/// Counts what names the person, and changes nothing.
async fn look(app: &App, held: &mut Held<'_>, team: &TeamId, mut task: ErasureTask) -> Result<Outcome, Stop> {
    let person = person(app, team, &task.subject).await?;
    // Of this person alone, and never kept: any salt will do.
    let salt = Salt::new([0; 16]);
    let erased = Erased::new(salt.clone(), [salt.tombstone(&person)]);
    if held.job.position.is_none() {
        task.found = Found::new();
        task.look_alikes = app.store.look_alikes(team, &person).await?;
    }
    let looked = pass::over(held, "looking", async |place| {
        let page = app.store.sweep_people(team, &erased, place, true, app.clock.now()).await?;
        add(&mut task.found, &page.found);
        Ok((Task::Erasure(task.clone()), count(&page.found), page.next))
    });
    if looked.await?.is_none() {
        return Ok(Outcome::GoOn);
    }
    task.phase = ErasurePhase::Confirming;
    let wait = if task.own { GRACE } else { CONFIRM_WITHIN };
    held.rest(Task::Erasure(task), "waiting to be confirmed");
    Ok(Outcome::Rest { until: held.job.asked_at + wait })
}

/// From here on nothing new is stored under their name, and they are out.
async fn bury(
    app: &App,
    held: &mut Held<'_>,
    team: &TeamId,
    task: &mut ErasureTask,
    person: &Person,
) -> Result<(), Stop> {
    let store = &app.store;
    let mut random = [0; 16];
    aws_lc_rs::rand::fill(&mut random).map_err(|_| anyhow::anyhow!("the source of randomness failed"))?;
    let salt = store.erased_salt(team, random).await?;
    for invitation in store.load_invitations(team).await? {
        if person.emails.iter().any(|email| email.eq_ignore_ascii_case(&invitation.email)) {
            store.delete_invitation(team, &invitation.id, &token::address_hash(&invitation.email)).await?;
        }
    }
    let now = app.clock.now();
    for user in &person.users {
        // Their sessions in other teams, too: signing in again brings them there.
        store.end_sessions(user, now, now + plumbline_auth::session::LONGEST).await?;
    }
    removal::of_people(app, team, &person.users).await?;
    let (member, user) =
        (person.members.first().map(|id| salt.member(id)), person.users.first().map(|id| salt.user(id)));
    let account = person.accounts.first().map(|id| salt.account(id).to_string());
    let name = member.as_ref().map(ToString::to_string).or(user.as_ref().map(ToString::to_string)).or(account);
    let name = name.context("a person without any id")?;
    store.save_tombstone(team, &name, &salt.tombstone(person)).await?;
    task.subject = Subject {
        member,
        users: person.users.iter().map(|user| salt.user(user)).collect(),
        accounts: task.subject.accounts.iter().map(|account| salt.account(account)).collect(),
    };
    task.phase = ErasurePhase::Erasing;
    held.rest(Task::Erasure(task.clone()), "waiting for what is being saved");
    tracing::info!(team = %team, job = %held.job.id, "a tombstone is there");
    Ok(())
}

/// Goes through everything until nothing is found.
async fn erase(app: &App, held: &mut Held<'_>, team: &TeamId, mut task: ErasureTask) -> Result<Outcome, Stop> {
    let erased = app.store.load_erased(team).await?;
    if held.job.position.is_none() {
        task.passes += 1;
    }
    let passes = task.passes;
    let step = format!("erasing, pass {passes}");
    let swept = pass::over(held, &step, async |place| {
        let page = app.store.sweep_people(team, &erased, place, false, app.clock.now()).await?;
        add(&mut task.erased, &page.found);
        Ok((Task::Erasure(task.clone()), count(&page.found), page.next))
    });
    let Some(found) = swept.await? else { return Ok(Outcome::GoOn) };
    if passes >= MOST_PASSES && found > 0 {
        return Err(Stop::Final(format!(
            "After {passes} passes there is still something of theirs: a sync that does not end, perhaps. Look at the \
             syncs, and confirm it once more.",
        )));
    }
    if found > 0 || passes == 1 {
        held.rest(Task::Erasure(task), "waiting for what is being saved");
        // What was just moved may have been read by somebody before: once more, a minute later.
        return Ok(Outcome::Rest { until: app.clock.now() + AGAIN });
    }
    match app.store.identify(team, app.clock.now()).await? {
        Identified::Assigned => {}
        Identified::Busy => {
            held.rest(Task::Erasure(task), "waiting for members to be assigned");
            return Ok(Outcome::Rest { until: app.clock.now() + AGAIN });
        }
    }
    // One that was begun before everything was gone may hold some of it.
    removal::of_people(app, team, &task.subject.users).await?;
    tracing::info!(team = %team, job = %held.job.id, passes, "a person is erased");
    held.rest(Task::Erasure(task), "done");
    // As long as the entries of the audit log: it is what shows that it was done.
    Ok(Outcome::Done { expires_at: app.clock.now() + AUDIT_KEPT })
}

fn add(all: &mut Found, more: &Found) {
    for (kind, count) in more {
        *all.entry(kind.clone()).or_default() += count;
    }
}

fn count(found: &Found) -> u64 {
    found.values().sum()
}
