//! The GraphQL documents. Each is validated against GitHub's published schema in a test.
//!
//! Numeric ids: pull requests and reviews have outgrown `databaseId` (32 bits, deprecated) on github.com, while older
//! servers lack `fullDatabaseId` values; both are asked for and either will do.

use std::fmt::Write as _;

/// Reviews, commits and draft events read with a pull request.
pub(super) const NESTED: u32 = 50;
/// Draft events read with a pull request: more than these are rare.
pub(super) const NESTED_EVENTS: u32 = 20;
/// Elements of a nested list that is followed.
pub(super) const FOLLOWED: u32 = 100;

const ACTOR: &str = "
fragment Who on Actor {
  __typename
  login
  ... on User { databaseId }
  ... on Bot { databaseId }
  ... on Mannequin { databaseId }
  ... on Organization { databaseId }
}";

const REVIEW: &str = "
fragment ReviewPart on PullRequestReview {
  databaseId
  fullDatabaseId
  author { ...Who }
  state
  submittedAt
  updatedAt
}";

const COMMIT: &str = "
fragment CommitPart on PullRequestCommit {
  commit {
    oid
    authoredDate
    committedDate
    message
    author { name email user { databaseId login } }
    committer { name email }
  }
}";

/// A commit with the words on it, for looking for signs of AI.
const WORDED_COMMIT: &str = "
fragment WordedCommitPart on PullRequestCommit {
  commit {
    oid
    authoredDate
    committedDate
    message
    author { name email user { databaseId login } }
    committer { name email user { databaseId login } }
  }
}";

const EVENT: &str = "
fragment EventPart on PullRequestTimelineItems {
  __typename
  ... on ReadyForReviewEvent { createdAt }
  ... on ConvertToDraftEvent { createdAt }
}";

/// One page of a repository's pull requests with all their parts, the last changed first.
pub(super) fn pull_requests() -> String {
    format!(
        "query PullRequests($owner: String!, $name: String!, $first: Int!, $after: String) {{
  rateLimit {{ cost }}
  repository(owner: $owner, name: $name) {{
    databaseId
    pullRequests(first: $first, after: $after, orderBy: {{field: UPDATED_AT, direction: DESC}}) {{
      pageInfo {{ hasNextPage endCursor }}
      nodes {{
        number
        databaseId
        fullDatabaseId
        title
        body
        author {{ ...Who }}
        isDraft
        state
        createdAt
        updatedAt
        mergedAt
        closedAt
        additions
        deletions
        changedFiles
        baseRefName
        headRefName
        reviews(first: {NESTED}) {{
          pageInfo {{ hasNextPage endCursor }}
          nodes {{ ...ReviewPart }}
        }}
        commits(first: {NESTED}) {{
          totalCount
          pageInfo {{ hasNextPage endCursor }}
          nodes {{ ...CommitPart }}
        }}
        timelineItems(first: {NESTED_EVENTS}, itemTypes: [READY_FOR_REVIEW_EVENT, CONVERT_TO_DRAFT_EVENT]) {{
          pageInfo {{ hasNextPage endCursor }}
          nodes {{ ...EventPart }}
        }}
      }}
    }}
  }}
}}{ACTOR}{REVIEW}{COMMIT}{EVENT}"
    )
}

/// One pull request with all its parts and words, each list's first page of [`FOLLOWED`].
pub(super) fn merged() -> String {
    format!(
        "query Merged($owner: String!, $name: String!, $number: Int!) {{
  rateLimit {{ cost }}
  repository(owner: $owner, name: $name) {{
    databaseId
    pullRequest(number: $number) {{
      number
      databaseId
      fullDatabaseId
      url
      title
      body
      author {{ ...Who }}
      isDraft
      state
      createdAt
      updatedAt
      mergedAt
      closedAt
      additions
      deletions
      changedFiles
      baseRefName
      headRefName
      reviews(first: {FOLLOWED}) {{
        pageInfo {{ hasNextPage endCursor }}
        nodes {{ ...ReviewPart }}
      }}
      commits(first: {FOLLOWED}) {{
        totalCount
        pageInfo {{ hasNextPage endCursor }}
        nodes {{ ...WordedCommitPart }}
      }}
      timelineItems(first: {FOLLOWED}, itemTypes: [READY_FOR_REVIEW_EVENT, CONVERT_TO_DRAFT_EVENT]) {{
        pageInfo {{ hasNextPage endCursor }}
        nodes {{ ...EventPart }}
      }}
    }}
  }}
}}{ACTOR}{REVIEW}{WORDED_COMMIT}{EVENT}"
    )
}

/// A further page of one list of one pull request. All of them have the same variables.
fn nested(name: &str, list: &str, fragments: &str) -> String {
    format!(
        "query {name}($owner: String!, $name: String!, $number: Int!, $after: String!) {{
  rateLimit {{ cost }}
  repository(owner: $owner, name: $name) {{
    databaseId
    pullRequest(number: $number) {{
      {list}
    }}
  }}
}}{fragments}"
    )
}

/// Further reviews of a pull request.
pub(super) fn reviews() -> String {
    let list = format!(
        "reviews(first: {FOLLOWED}, after: $after) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ ...ReviewPart }} }}"
    );
    nested("Reviews", &list, &[ACTOR, REVIEW].concat())
}

/// Further commits of a pull request.
pub(super) fn commits() -> String {
    let list = format!(
        "commits(first: {FOLLOWED}, after: $after) {{ totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ ...CommitPart }} }}"
    );
    nested("Commits", &list, COMMIT)
}

/// Further commits of a pull request with their words.
pub(super) fn merged_commits() -> String {
    let list = format!(
        "commits(first: {FOLLOWED}, after: $after) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ ...WordedCommitPart }} }}"
    );
    nested("MergedCommits", &list, WORDED_COMMIT)
}

/// Further draft events of a pull request.
pub(super) fn draft_events() -> String {
    let list = format!(
        "timelineItems(first: {FOLLOWED}, after: $after, itemTypes: [READY_FOR_REVIEW_EVENT, CONVERT_TO_DRAFT_EVENT]) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ ...EventPart }} }}"
    );
    nested("DraftEvents", &list, EVENT)
}

/// What changed last in `count` repositories at once: aliases `r0`, `r1`, ... with variables `o0`, `n0`, ...
pub(super) fn changes(count: usize) -> String {
    let mut document = String::from("query Changes(");
    for index in 0..count {
        let comma = if index == 0 { "" } else { ", " };
        // Writing to a String cannot fail.
        let _infallible = write!(document, "{comma}$o{index}: String!, $n{index}: String!");
    }
    document.push_str(") {\n  rateLimit { cost }\n");
    for index in 0..count {
        let _infallible =
            writeln!(document, "  r{index}: repository(owner: $o{index}, name: $n{index}) {{ ...Newest }}");
    }
    document.push_str(
        "}
fragment Newest on Repository {
  databaseId
  pullRequests(first: 1, orderBy: {field: UPDATED_AT, direction: DESC}) {
    totalCount
    nodes { number updatedAt }
  }
  defaultBranchRef { target { oid } }
}",
    );
    document
}

#[cfg(test)]
#[path = "documents_tests.rs"]
mod tests;
