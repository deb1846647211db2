//! REST's shapes. A test holds them against the vendor's published examples.

use super::{
    model::{Commit, PullRequest, Repository, Review, ReviewState, Team, User},
    state::State,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// An opaque id as GraphQL's `id` and REST's `node_id` carry it.
pub(crate) fn node_id(kind: &str, id: impl std::fmt::Display) -> String {
    STANDARD.encode(format!("{kind}:{id}"))
}

/// An instant or `null`.
fn instant(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, |at| at.to_string().into())
}

fn insert_all(into: &mut Map<String, Value>, base: &str, urls: &[(&str, &str)]) {
    for (key, path) in urls {
        into.insert((*key).to_owned(), format!("{base}{path}").into());
    }
}

/// An account, as it stands wherever somebody acts; `null` when it was deleted.
pub(crate) fn user(state: &State, id: Option<u64>) -> Value {
    state.actor(id).map_or(Value::Null, |user| account(state, user))
}

pub(crate) fn account(state: &State, user: &User) -> Value {
    actor(state, &user.login, user.id, user.kind.as_str())
}

/// The owner of a repository: the organization, or another one after a transfer.
pub(crate) fn owner(state: &State, login: &str) -> Value {
    let own = login.eq_ignore_ascii_case(&state.organization.login);
    actor(state, login, if own { state.organization.id } else { 9_920 }, "Organization")
}

fn actor(state: &State, login: &str, id: u64, kind: &str) -> Value {
    let url = format!("{}/users/{login}", state.api());
    let value = json!({
        "login": login, "id": id, "node_id": node_id(kind, id), "type": kind, "site_admin": false,
        "avatar_url": format!("{}/avatars/u/{id}?v=4", state.html()), "gravatar_id": "", "url": url,
        "html_url": format!("{}/{login}", state.html()),
    });
    let Value::Object(mut map) = value else { return value };
    insert_all(
        &mut map,
        &url,
        &[
            ("followers_url", "/followers"),
            ("following_url", "/following{/other_user}"),
            ("gists_url", "/gists{/gist_id}"),
            ("starred_url", "/starred{/owner}{/repo}"),
            ("subscriptions_url", "/subscriptions"),
            ("organizations_url", "/orgs"),
            ("repos_url", "/repos"),
            ("events_url", "/events{/privacy}"),
            ("received_events_url", "/received_events"),
        ],
    );
    map.into()
}

/// `GET /orgs/{org}`.
pub(crate) fn organization(state: &State) -> Value {
    let organization = &state.organization;
    let url = format!("{}/orgs/{}", state.api(), organization.login);
    json!({
        "login": organization.login, "id": organization.id, "node_id": node_id("Organization", organization.id),
        "url": url, "repos_url": format!("{url}/repos"), "events_url": format!("{url}/events"),
        "hooks_url": format!("{url}/hooks"), "issues_url": format!("{url}/issues"),
        "members_url": format!("{url}/members{{/member}}"),
        "public_members_url": format!("{url}/public_members{{/member}}"),
        "avatar_url": format!("{}/avatars/u/{}?v=4", state.html(), organization.id), "description": "",
        "name": organization.name, "type": "Organization",
        "html_url": format!("{}/{}", state.html(), organization.login),
        "public_repos": 0, "total_private_repos": state.own_repositories().count(),
    })
}

/// A team.
pub(crate) fn team(state: &State, team: &Team) -> Value {
    let parent = team.parent.and_then(|id| state.teams.get(&id)).map_or(Value::Null, |parent| {
        let mut parent = self::team(state, &Team { parent: None, ..parent.clone() });
        if let Some(map) = parent.as_object_mut() {
            map.remove("parent");
        }
        parent
    });
    let url = format!("{}/organizations/{}/team/{}", state.api(), state.organization.id, team.id);
    json!({
        "id": team.id, "node_id": node_id("Team", team.id), "url": url,
        "html_url": format!("{}/orgs/{}/teams/{}", state.html(), state.organization.login, team.slug),
        "name": team.name, "slug": team.slug, "description": "", "privacy": "closed",
        "notification_setting": "notifications_enabled", "permission": "pull",
        "members_url": format!("{url}/members{{/member}}"), "repositories_url": format!("{url}/repos"),
        "type": "organization", "organization_id": state.organization.id, "parent": parent,
    })
}

const REPOSITORY_URLS: &[(&str, &str)] = &[
    ("archive_url", "/{archive_format}{/ref}"),
    ("assignees_url", "/assignees{/user}"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("branches_url", "/branches{/branch}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("comments_url", "/comments{/number}"),
    ("commits_url", "/commits{/sha}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("contents_url", "/contents/{+path}"),
    ("contributors_url", "/contributors"),
    ("deployments_url", "/deployments"),
    ("downloads_url", "/downloads"),
    ("events_url", "/events"),
    ("forks_url", "/forks"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("hooks_url", "/hooks"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("issue_events_url", "/issues/events{/number}"),
    ("issues_url", "/issues{/number}"),
    ("keys_url", "/keys{/key_id}"),
    ("labels_url", "/labels{/name}"),
    ("languages_url", "/languages"),
    ("merges_url", "/merges"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("pulls_url", "/pulls{/number}"),
    ("releases_url", "/releases{/id}"),
    ("stargazers_url", "/stargazers"),
    ("statuses_url", "/statuses/{sha}"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("tags_url", "/tags"),
    ("teams_url", "/teams"),
    ("trees_url", "/git/trees{/sha}"),
    ("url", ""),
];

/// A repository.
pub(crate) fn repository(state: &State, repository: &Repository) -> Value {
    let full_name = repository.full_name();
    let page = format!("{}/{full_name}", state.html());
    let open = repository.pull_requests.values().filter(|pull| pull.closed_at.is_none()).count();
    let value = json!({
        "id": repository.id, "node_id": node_id("Repository", repository.id), "name": repository.name,
        "full_name": full_name, "owner": owner(state, &repository.owner), "private": true, "html_url": page,
        "description": "", "fork": false, "homepage": "", "language": null, "forks_count": 0, "stargazers_count": 0,
        "watchers_count": 0, "size": 0, "default_branch": repository.default_branch, "open_issues_count": open,
        "is_template": false, "topics": [], "has_issues": true, "has_projects": true, "has_wiki": true,
        "has_pages": false, "has_discussions": false, "archived": repository.archived, "disabled": false,
        "visibility": "private", "pushed_at": repository.pushed_at.to_string(),
        "created_at": repository.created_at.to_string(), "updated_at": repository.updated_at.to_string(),
        "git_url": format!("git:{page}.git"), "ssh_url": format!("git@example:{full_name}.git"),
        "clone_url": format!("{page}.git"), "svn_url": page, "forks": 0, "watchers": 0, "open_issues": open,
        "permissions": {"admin": false, "push": false, "pull": true},
    });
    let Value::Object(mut map) = value else { return value };
    insert_all(&mut map, &format!("{}/repos/{full_name}", state.api()), REPOSITORY_URLS);
    map.into()
}

/// A pull request as lists have it: without sizes, without `merged`.
pub(crate) fn pull_request_listed(state: &State, repository: &Repository, pull: &PullRequest) -> Value {
    let full_name = repository.full_name();
    let repo = self::repository(state, repository);
    pull_request_with(state, repository, pull, &repo, &full_name)
}

/// The same with the repository's own JSON given, since a page of a hundred has it two hundred times.
pub(crate) fn pull_request_with(
    state: &State,
    repository: &Repository,
    pull: &PullRequest,
    repo: &Value,
    full_name: &str,
) -> Value {
    let number = pull.number;
    let url = format!("{}/repos/{full_name}/pulls/{number}", state.api());
    let issue = format!("{}/repos/{full_name}/issues/{number}", state.api());
    let page = format!("{}/{full_name}/pull/{number}", state.html());
    let statuses = format!("{}/repos/{full_name}/statuses/{}", state.api(), pull.head_sha());
    let labels: Vec<Value> = pull.labels.iter().map(|name| label(state, full_name, name)).collect();
    let owner = owner(state, &repository.owner);
    let side = |branch: &str, sha: &str| {
        json!({
            "label": format!("{}:{branch}", repository.owner), "ref": branch, "sha": sha, "user": owner, "repo": repo,
        })
    };
    json!({
        "url": url, "id": pull.id, "node_id": node_id("PullRequest", pull.id), "html_url": page,
        "diff_url": format!("{page}.diff"), "patch_url": format!("{page}.patch"), "issue_url": issue,
        "commits_url": format!("{url}/commits"), "review_comments_url": format!("{url}/comments"),
        "review_comment_url": format!("{}/repos/{full_name}/pulls/comments{{/number}}", state.api()),
        "comments_url": format!("{issue}/comments"), "statuses_url": statuses, "number": number,
        "state": if pull.closed_at.is_some() { "closed" } else { "open" }, "locked": false, "title": pull.title,
        "user": user(state, pull.author), "body": if pull.body.is_empty() { Value::Null } else { pull.body.clone().into() },
        "labels": labels, "milestone": null, "active_lock_reason": null, "created_at": pull.created_at.to_string(),
        "updated_at": pull.updated_at.to_string(), "closed_at": instant(pull.closed_at),
        "merged_at": instant(pull.merged_at),
        "merge_commit_sha": pull.merged_at.map(|_| State::merge_sha(pull)), "assignee": null, "assignees": [],
        "requested_reviewers": [], "requested_teams": [],
        "head": side(&pull.head_ref, pull.head_sha()), "base": side(&pull.base_ref, &crate::digest::hash(&["base", full_name])),
        "_links": {
            "self": {"href": url}, "html": {"href": page}, "issue": {"href": issue},
            "comments": {"href": format!("{issue}/comments")}, "review_comments": {"href": format!("{url}/comments")},
            "review_comment": {"href": format!("{}/repos/{full_name}/pulls/comments{{/number}}", state.api())},
            "commits": {"href": format!("{url}/commits")}, "statuses": {"href": statuses},
        },
        "author_association": "MEMBER", "auto_merge": null, "draft": pull.draft,
    })
}

/// A pull request by itself, and in webhooks.
pub(crate) fn pull_request(state: &State, repository: &Repository, pull: &PullRequest) -> Value {
    let mut value = pull_request_listed(state, repository, pull);
    if let Some(map) = value.as_object_mut() {
        let merged = pull.merged_at.is_some();
        map.insert("merged".into(), merged.into());
        map.insert("mergeable".into(), if merged { Value::Null } else { true.into() });
        map.insert("rebaseable".into(), if merged { Value::Null } else { true.into() });
        map.insert("mergeable_state".into(), if merged { "unknown" } else { "clean" }.into());
        map.insert("merged_by".into(), user(state, pull.merged_by));
        map.insert("comments".into(), 0.into());
        map.insert("review_comments".into(), 0.into());
        map.insert("maintainer_can_modify".into(), false.into());
        map.insert("commits".into(), pull.commits.len().into());
        map.insert("additions".into(), pull.additions.into());
        map.insert("deletions".into(), pull.deletions.into());
        map.insert("changed_files".into(), pull.changed_files.into());
    }
    value
}

fn label(state: &State, full_name: &str, name: &str) -> Value {
    let url = format!("{}/repos/{full_name}/labels/{name}", state.api());
    json!({
        "id": 1, "node_id": node_id("Label", name), "url": url, "name": name, "description": "", "color": "ededed",
        "default": false,
    })
}

/// A review. REST writes the state in capitals, webhooks in lower case.
pub(crate) fn review(state: &State, repository: &Repository, pull: &PullRequest, review: &Review) -> Value {
    let full_name = repository.full_name();
    let page = format!("{}/{full_name}/pull/{}#pullrequestreview-{}", state.html(), pull.number, review.id);
    let url = format!("{}/repos/{full_name}/pulls/{}", state.api(), pull.number);
    let mut value = json!({
        "id": review.id, "node_id": node_id("PullRequestReview", review.id), "user": user(state, review.author),
        "body": "", "state": review.state.as_str(), "html_url": page, "pull_request_url": url,
        "_links": {"html": {"href": page}, "pull_request": {"href": url}},
        "submitted_at": review.submitted_at.to_string(), "commit_id": review.commit, "author_association": "MEMBER",
    });
    if review.state == ReviewState::Pending
        && let Some(map) = value.as_object_mut()
    {
        map.remove("submitted_at");
    }
    value
}

/// A commit of a repository or a pull request.
pub(crate) fn commit(state: &State, full_name: &str, commit: &Commit) -> Value {
    let url = format!("{}/repos/{full_name}/commits/{}", state.api(), commit.sha);
    let git = format!("{}/repos/{full_name}/git/commits/{}", state.api(), commit.sha);
    let parent = crate::digest::hash(&["parent", &commit.sha]);
    let author = user(state, commit.author);
    let person =
        |at: Timestamp| json!({"name": commit.author_name, "email": commit.author_email, "date": at.to_string()});
    json!({
        "url": url, "sha": commit.sha, "node_id": node_id("Commit", &commit.sha),
        "html_url": format!("{}/{full_name}/commit/{}", state.html(), commit.sha),
        "comments_url": format!("{url}/comments"),
        "commit": {
            "url": git, "author": person(commit.authored_at), "committer": person(commit.committed_at),
            "message": commit.message,
            "tree": {"url": format!("{git}/tree"), "sha": parent}, "comment_count": 0,
            "verification": {"verified": false, "reason": "unsigned", "signature": null, "payload": null,
                "verified_at": null},
        },
        "author": author, "committer": author,
        "parents": [{"url": format!("{}/repos/{full_name}/commits/{parent}", state.api()), "sha": parent}],
    })
}

/// The `index`-th file of a pull request: its changes are spread evenly, the rest on the first.
pub(crate) fn file(state: &State, full_name: &str, pull: &PullRequest, index: u64) -> Value {
    let share = |total: u64| {
        let files = pull.changed_files.max(1);
        total / files + if index == 0 { total % files } else { 0 }
    };
    let (additions, deletions) = (share(pull.additions), share(pull.deletions));
    let path = file_path(index);
    let sha = crate::digest::hash(&["file", &path, pull.head_sha()]);
    json!({
        "sha": sha, "filename": path, "status": "modified", "additions": additions, "deletions": deletions,
        "changes": additions + deletions, "blob_url": format!("{}/{full_name}/blob/{sha}/{path}", state.html()),
        "raw_url": format!("{}/{full_name}/raw/{sha}/{path}", state.html()),
        "contents_url": format!("{}/repos/{full_name}/contents/{path}?ref={sha}", state.api()),
        "patch": "@@ -1 +1 @@",
    })
}

/// The path of the `index`-th changed file.
pub(crate) fn file_path(index: u64) -> String {
    format!("src/part_{}/file_{index}.rs", index / 20)
}
