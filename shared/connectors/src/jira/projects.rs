//! Steps: the projects, and what the site's statuses and fields mean. Also what a probe tries.

use super::{
    cursor::{OffsetStep, Step},
    map,
    marks::{ProjectMark, SiteMark},
    points,
    run::{Run, count, offset_page},
    wire::{self, id_of},
};
use crate::{
    Failure, Settings,
    json::{Read, elements, read_each},
};
use plumbline_domain::{Fact, Listing, Record, RecordKind, Shelf};
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;

/// Projects in an answer.
pub(super) const PER_PAGE: u32 = 50;
/// Jira takes so many keys in one question.
const KEYS_AT_ONCE: usize = 50;
/// A changelog can be asked for ten fields; one is the status.
const SPRINT_FIELDS: usize = 2;
const POINTS_FIELDS: usize = 7;

const SPRINT_FIELD: &str = "com.pyxis.greenhopper.jira:gh-sprint";
const ESTIMATE_FIELD: &str = "com.pyxis.greenhopper.jira:jsw-story-points";
const POINTS_NAMES: [&str; 2] = ["story points", "story point estimate"];

const NONE_SEEN: &str = "this account can see no project: give it the permission Browse projects, or connect Jira again \
                         if its token has ended";

impl Run<'_> {
    /// Whose credentials they are.
    pub(super) async fn try_credentials(&mut self) -> Result<(), Failure> {
        match self.api.get(&["rest", "api", "3", "myself"], &[]).await {
            Ok(_) => Ok(()),
            Err(refused) => Err(match refused.into() {
                Failure::Invalid(reason) => Failure::Invalid(format!("there is no Jira site to be found: {reason}")),
                failure => failure,
            }),
        }
    }

    /// Whether any project can be seen that is to be read.
    pub(super) async fn try_projects(&mut self) -> Result<(), Failure> {
        let answer =
            self.api.get(&["rest", "api", "3", "project", "search"], &project_query(self.settings, "0")).await?;
        let page = offset_page(&answer)?;
        let read = read_each::<wire::Project>(&page.values, id_of)?;
        let unfiltered = self.settings.projects.len() > KEYS_AT_ONCE && !page.ends(0);
        if unfiltered || read.items.iter().any(|project| self.is_wanted(&project.key)) {
            Ok(())
        } else {
            Err(self.none_seen())
        }
    }

    fn is_wanted(&self, key: &str) -> bool {
        let wanted = &self.settings.projects;
        wanted.is_empty() || wanted.iter().any(|one| one.trim().eq_ignore_ascii_case(key))
    }

    fn none_seen(&self) -> Failure {
        Failure::Invalid(if self.settings.projects.is_empty() {
            NONE_SEEN.into()
        } else {
            format!("none of the projects that the settings name ({}) can be seen", self.settings.projects.join(", "))
        })
    }

    /// `/rest/api/3/project/search`.
    pub(super) async fn projects(&mut self, mut step: OffsetStep) -> Result<Option<Step>, Failure> {
        let start = step.start.to_string();
        let answer =
            self.api.get(&["rest", "api", "3", "project", "search"], &project_query(self.settings, &start)).await?;
        let page = offset_page(&answer)?;
        self.api.spend(points::of_objects(count(page.values.len())));
        let Read { items, broken } = read_each::<wire::Project>(&page.values, id_of)?;
        step.unsure |= self.quarantine_all("project", &broken);
        let mut ids = Vec::with_capacity(items.len());
        for id in broken.iter().filter_map(|one| one.id.as_ref()) {
            // It has not vanished, and its issues may be read all the same.
            ids.push(id.clone());
            if let Some((id, mark)) = id.parse().ok().and_then(|id| Some((id, self.book.project(id)?))) {
                self.book.set_project(id, &ProjectMark { listed: self.started, ..mark });
            }
        }
        for project in items {
            if !self.is_wanted(&project.key) {
                continue;
            }
            let id = project.id.0;
            let known = self.book.project(id);
            let (read, swept) = known.map_or((None, None), |mark| (mark.read, mark.swept));
            let mark = ProjectMark { key: project.key.clone(), listed: self.started, read, swept };
            self.book.set_project(id, &mark);
            let record = Record::Project(map::project(project, self.started));
            ids.push(record.id());
            self.tell(Fact::Record(record));
        }
        let ends = page.ends(step.start);
        let (step, last) = self.following("projects", step, &page.values, ends);
        let listed = self.book.projects_of(self.started, None);
        self.show("projects", listed.len() as u64, None);
        if last && !step.unsure && listed.is_empty() {
            // Before anything is called gone: a token that has ended sees no project, either.
            return Err(self.none_seen());
        }
        self.list(Listing::Shelf(Shelf::new(RecordKind::Project, map::PROVIDER)), ids, last && !step.unsure);
        if !last {
            return Ok(Some(Step::Projects(step)));
        }
        if !step.unsure {
            for (id, mark) in self.book.projects() {
                if mark.listed != self.started {
                    self.book.forget_project(id);
                }
            }
        }
        let seen: BTreeSet<String> = listed.into_iter().map(|(_, mark)| mark.key.to_ascii_uppercase()).collect();
        let wanted = self.settings.projects.iter().map(|key| key.trim());
        let missing: Vec<&str> = wanted.filter(|key| !seen.contains(&key.to_ascii_uppercase())).collect();
        if !missing.is_empty() {
            let words = format!("These projects of the settings cannot be seen: {}.", missing.join(", "));
            self.notice(words);
        }
        Ok(Some(Step::Site))
    }

    /// `/rest/api/3/status` and `/rest/api/3/field`: bare lists, whole.
    pub(super) async fn site(&mut self) -> Result<Option<Step>, Failure> {
        let statuses = self.whole_list::<wire::Status>("status").await?;
        let fields = self.whole_list::<wire::Field>("field").await?;
        let categories =
            statuses.into_iter().map(|status| (status.id, map::category(status.category.as_ref()))).collect();
        let of = |is: fn(&wire::Field) -> bool, most: usize| -> BTreeSet<String> {
            let ids: BTreeSet<String> = fields.iter().filter(|field| is(field)).map(|field| field.id.clone()).collect();
            ids.into_iter().take(most).collect()
        };
        let site = SiteMark { categories, sprints: of(is_sprint, SPRINT_FIELDS), points: of(is_points, POINTS_FIELDS) };
        self.book.set_site(&site);
        self.show("statuses and fields", (site.categories.len() + fields.len()) as u64, None);
        Ok(Some(Step::Users(OffsetStep::default())))
    }

    async fn whole_list<T: DeserializeOwned>(&mut self, what: &str) -> Result<Vec<T>, Failure> {
        let answer = self.api.get(&["rest", "api", "3", what], &[]).await?;
        self.api.spend(points::of_objects(0));
        let read = read_each::<T>(&elements(&answer.body)?, id_of)?;
        self.quarantine_all(what, &read.broken);
        Ok(read.items)
    }
}

fn project_query<'q>(settings: &'q Settings, start: &'q str) -> Vec<(&'q str, &'q str)> {
    let mut query = vec![("startAt", start), ("maxResults", "50")];
    if settings.projects.len() <= KEYS_AT_ONCE {
        query.extend(settings.projects.iter().map(|key| ("keys", key.trim())));
    }
    query
}

fn custom(field: &wire::Field) -> Option<&str> {
    field.schema.as_ref().and_then(|schema| schema.custom.as_deref())
}

fn is_sprint(field: &wire::Field) -> bool {
    custom(field) == Some(SPRINT_FIELD)
}

/// The estimate of projects that a team manages, by its type; of others by its name, since it is a number like any other.
fn is_points(field: &wire::Field) -> bool {
    let names = [&field.name, &field.untranslated_name];
    let named = names.into_iter().flatten().any(|name| POINTS_NAMES.contains(&name.trim().to_lowercase().as_str()));
    let kind = field.schema.as_ref().and_then(|schema| schema.kind.as_deref());
    custom(field) == Some(ESTIMATE_FIELD) || (named && kind.is_none_or(|kind| kind == "number"))
}
