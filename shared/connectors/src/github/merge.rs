//! One pull request at its merge: who wrote and who reviewed it, and the words in which its use of AI may show.
//!
//! Webhooks of reviews may be missing, so all of it is read anew: one call where no list is longer than a page. Text and
//! messages are for looking at, and not among the facts.
//!
//! Source: GitHub's GraphQL schema; REST "Get a repository" by its id, as `Link` headers and redirects name it.

use super::{
    documents,
    graphql::{GraphError, Reply},
    map,
    pull_requests::draft_events,
    rest::Api,
    run::owner_and_name,
    wire::{GitSignature, GraphCommit, GraphPullRequest, GraphReview, GraphUser, Id, Paged, RestRepository},
};
use crate::{Connection, Failure, http::LazyClient, json::unreadable};
use jiff::Timestamp;
use plumbline_detection::attribution_lines;
use plumbline_domain::{Commit, CommitList, PullRequest, PullRequestKey, Review};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{json, value::RawValue};
use std::collections::BTreeMap;

/// A list of which more pages than these follow goes round in circles.
const MOST_PAGES: usize = 50;

/// A merged pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// Its facts, with all reviews and all commits that GitHub lists (the first 250); its scalars are always there.
    pub document: PullRequest,
    /// `owner/name` of its repository, as it is called now.
    pub repository: String,
    /// Title.
    pub title: String,
    /// Where people read it.
    pub url: String,
    /// Its text, in Markdown; empty when there is none.
    pub text: String,
    /// The words of its commits, in GitHub's order.
    pub commits: Vec<CommitWords>,
    /// What GitHub listed and did not tell, each with the reason.
    pub left_out: Vec<String>,
}

/// What a commit says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitWords {
    /// Its hash.
    pub sha: String,
    /// Its message, whole.
    pub message: String,
    /// Who wrote it.
    pub author: Signature,
    /// Who put it there.
    pub committer: Signature,
}

/// A name and an address on a commit, and the person's account that GitHub found for them; it finds no bots.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signature {
    /// The name.
    pub name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// The account's login.
    pub login: Option<String>,
}

/// Data of each of the documents; what is in the pull request is read by those who asked for it.
#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow)]
    repository: Option<FoundRepository<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FoundRepository<'a> {
    database_id: Option<Id>,
    #[serde(borrow)]
    pull_request: Option<&'a RawValue>,
}

/// What the pull request has besides its facts.
#[derive(Deserialize)]
struct Words {
    url: String,
    #[serde(default)]
    body: Option<String>,
    commits: Paged<Option<CommitNode>>,
}

#[derive(Deserialize)]
struct CommitNode {
    commit: WholeCommit,
}

#[derive(Deserialize)]
struct WholeCommit {
    message: String,
    #[serde(default)]
    committer: Option<WholeActor>,
    #[serde(flatten)]
    facts: GraphCommit,
}

#[derive(Deserialize)]
struct WholeActor {
    name: Option<String>,
    email: Option<String>,
    user: Option<GraphUser>,
}

#[derive(Deserialize)]
struct FurtherReviews {
    reviews: Option<Paged<Option<GraphReview>>>,
}

#[derive(Deserialize)]
struct FurtherCommits {
    commits: Paged<Option<CommitNode>>,
}

/// Reads the pull request `key` of `repository` (`owner/name`), with a token as it is or an installation's, which the
/// caller renews as before a sync's page.
///
/// A repository that has another name meanwhile is found by its id. [`Failure::Invalid`]: there is no such pull request,
/// or the credential cannot see it. [`Failure::Unavailable`]: later, also where GitHub does not show the merge yet.
pub async fn read_pull_request(
    client: &LazyClient,
    connection: &Connection,
    repository: &str,
    key: PullRequestKey,
    now: Timestamp,
) -> Result<Merged, Failure> {
    let mut reader = Reader {
        api: Api::new(client.get()?, connection, now)?,
        key,
        repository: repository.to_owned(),
        left_out: Vec::new(),
    };
    let reply = match reader.ask(&documents::merged(), None).await {
        Ok(reply) => reply,
        Err(Missing::Repository(reason)) => {
            let present = reader.present_name().await?;
            if present == reader.repository {
                return Err(Failure::Invalid(format!("repository {}: {reason}", key.repository.id)));
            }
            reader.repository = present;
            reader.ask(&documents::merged(), None).await?
        }
        Err(other) => return Err(other.into()),
    };
    reader.read(&reply).await
}

/// Why there is no pull request in an answer.
enum Missing {
    /// There is no repository of that name, or it is another one.
    Repository(String),
    Failed(Failure),
}

impl From<Failure> for Missing {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Missing> for Failure {
    fn from(missing: Missing) -> Self {
        match missing {
            Missing::Repository(reason) => Self::Invalid(reason),
            Missing::Failed(failure) => failure,
        }
    }
}

/// A pull request being read.
struct Reader<'a> {
    api: Api<'a>,
    key: PullRequestKey,
    repository: String,
    left_out: Vec<String>,
}

/// An answer that has the pull request.
struct Asked(Reply);

impl Asked {
    fn read<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        let data: Data<'_> = self.0.data()?;
        let raw = data.repository.and_then(|found| found.pull_request);
        let raw = raw.ok_or_else(|| Failure::Unavailable("the answer leaves the pull request out".into()))?;
        serde_json::from_str(raw.get()).map_err(|error| unreadable(&error))
    }
}

impl Reader<'_> {
    /// Runs a document about the pull request; `after` is where a list goes on.
    async fn ask(&mut self, document: &str, after: Option<&str>) -> Result<Asked, Missing> {
        let (owner, name) = owner_and_name(&self.repository);
        let variables = json!({"owner": owner, "name": name, "number": self.key.number, "after": after});
        let reply = self.api.query(document, &variables).await.map_err(|refused| Missing::Failed(refused.into()))?;
        let data: Data<'_> = reply.data()?;
        let Some(found) = data.repository else { return Err(Missing::Repository(reply.reason("repository"))) };
        if let Some(other) = found.database_id.filter(|id| id.0 != self.key.repository.id) {
            return Err(Missing::Repository(format!("its name belongs to repository {} now", other.0)));
        }
        if found.pull_request.is_none() {
            let (repository, number) = (self.key.repository.id, self.key.number);
            let reason = reply.reason("repository");
            let failure = Failure::Invalid(format!("repository {repository} pull request {number}: {reason}"));
            return Err(failure.into());
        }
        self.left_out.extend(reply.errors.iter().map(GraphError::words));
        Ok(Asked(reply))
    }

    /// What the repository is called now.
    async fn present_name(&mut self) -> Result<String, Failure> {
        let id = self.key.repository.id.to_string();
        let url = self.api.path(&["repositories", &id], &[])?;
        let answer = self.api.get(url, None).await.map_err(|refused| match Failure::from(refused) {
            // Of one repository this says nothing about the credential elsewhere.
            Failure::Unauthorized(reason) | Failure::Invalid(reason) => {
                Failure::Invalid(format!("repository {id}: {reason}"))
            }
            other => other,
        })?;
        let repository: RestRepository = serde_json::from_slice(&answer.body).map_err(|error| unreadable(&error))?;
        Ok(repository.full_name)
    }

    async fn read(mut self, asked: &Asked) -> Result<Merged, Failure> {
        let mut from: GraphPullRequest = asked.read()?;
        let words: Words = asked.read()?;
        let version = from.updated_at;
        let scalars = map::graph_scalars(&mut from).ok_or_else(|| Failure::Invalid("it has no id".into()))?;
        if scalars.merged_at.is_none() {
            return Err(Failure::Unavailable("GitHub does not show the merge yet".into()));
        }
        let mut document = PullRequest::new(self.key);
        if from.timeline_items.page_info.next().is_none() {
            document.draft_history.listed_at = Some(version);
        }
        document.draft_history.listed = draft_events(&from.timeline_items);
        document.reviews = match from.reviews {
            Some(first) => self.reviews(first).await?,
            None => BTreeMap::new(),
        };
        let (commits, words_of_commits) = self.commits(words.commits).await?;
        document.commits = Some(CommitList { version, further_pages: 0, commits });
        let title = scalars.title.clone();
        document.scalars = Some(scalars);
        let (url, text) = (words.url, words.body.unwrap_or_default());
        let Self { repository, left_out, .. } = self;
        Ok(Merged { document, repository, title, url, text, commits: words_of_commits, left_out })
    }

    async fn reviews(&mut self, first: Paged<Option<GraphReview>>) -> Result<BTreeMap<u64, Review>, Failure> {
        let mut reviews = BTreeMap::new();
        let mut page = first;
        for _ in 0..MOST_PAGES {
            let next = page.page_info.next().cloned();
            for review in page.nodes {
                match review.ok_or("the answer leaves it out").and_then(map::graph_review) {
                    Ok(found) => reviews.extend(found),
                    Err(reason) => self.left_out.push(format!("a review: {reason}")),
                }
            }
            let Some(after) = next else { return Ok(reviews) };
            let further: FurtherReviews = self.ask(&documents::reviews(), Some(&after)).await?.read()?;
            page = further.reviews.ok_or_else(|| Failure::Unavailable("the answer has no reviews".into()))?;
        }
        Err(endless("reviews"))
    }

    async fn commits(&mut self, first: Paged<Option<CommitNode>>) -> Result<(Vec<Commit>, Vec<CommitWords>), Failure> {
        let (mut commits, mut words) = (Vec::new(), Vec::new());
        let mut page = first;
        for _ in 0..MOST_PAGES {
            let next = page.page_info.next().cloned();
            for node in page.nodes {
                let Some(CommitNode { mut commit }) = node else {
                    self.left_out.push("a commit: the answer leaves it out".into());
                    continue;
                };
                let committer = commit.committer.map(|actor| {
                    let login = actor.user.map(|user| user.login);
                    Signature { name: actor.name, email: actor.email, login }
                });
                let login = commit.facts.author.as_ref().and_then(|author| author.user.as_ref());
                let login = login.map(|user| user.login.clone());
                // The outer struct took them: the facts are those that a sync tells.
                commit.facts.attribution = attribution_lines(&commit.message);
                commit.facts.committer = committer
                    .as_ref()
                    .map(|Signature { name, email, .. }| GitSignature { name: name.clone(), email: email.clone() });
                let facts = map::graph_commit(commit.facts);
                let author = Signature { name: facts.author_name.clone(), email: facts.author_email.clone(), login };
                words.push(CommitWords {
                    sha: facts.sha.clone(),
                    message: commit.message,
                    author,
                    committer: committer.unwrap_or_default(),
                });
                commits.push(facts);
            }
            let Some(after) = next else { return Ok((commits, words)) };
            let further: FurtherCommits = self.ask(&documents::merged_commits(), Some(&after)).await?.read()?;
            page = further.commits;
        }
        Err(endless("commits"))
    }
}

fn endless(list: &str) -> Failure {
    Failure::Unavailable(format!("GitHub's list of {list} has no end"))
}
