//! From rows of reports to facts.

use super::{
    scope::Scope,
    seats::PRODUCT,
    wire::{Counted, EntityRow, PartRow, UserRow, Whose},
};
use jiff::{Timestamp, civil::Date};
use plumbline_domain::{ActiveUsers, Dimension, Provider, Usage, UsageCounts, UsagePart, VendorId};
use std::collections::{BTreeMap, BTreeSet};

/// Why a row is not used.
const OTHER_DAY: &str = "it is of another day than the report";
const NO_ENTITY: &str = "it does not say whose it is";
const NO_USER: &str = "it does not say who it is";

impl Counted {
    const fn counts(self) -> UsageCounts {
        UsageCounts {
            interactions: self.user_initiated_interaction_count,
            suggestions: self.code_generation_activity_count,
            acceptances: self.code_acceptance_activity_count,
            lines_suggested: self.loc_suggested_to_add_sum,
            lines_added: self.loc_added_sum,
        }
    }
}

impl Whose {
    fn id(self, scope: Scope<'_>) -> Option<String> {
        let own = match scope {
            Scope::Organization(_) => self.organization_id.or(self.org_id),
            Scope::Enterprise(_) => self.enterprise_id,
        };
        own.or(self.entity_id_partition).map(|id| scope.entity(&id))
    }
}

fn add(sum: &mut UsageCounts, more: UsageCounts) {
    sum.interactions = sum.interactions.saturating_add(more.interactions);
    sum.suggestions = sum.suggestions.saturating_add(more.suggestions);
    sum.acceptances = sum.acceptances.saturating_add(more.acceptances);
    sum.lines_suggested = sum.lines_suggested.saturating_add(more.lines_suggested);
    sum.lines_added = sum.lines_added.saturating_add(more.lines_added);
}

/// The parts by one dimension, from the first list that has any: the lists divide by two things, so that one thing's
/// counts are sums over the other. Those without any are left out.
fn parts_by(
    by: Dimension,
    lists: [Option<&Vec<PartRow>>; 2],
    name: fn(&PartRow) -> Option<&String>,
) -> impl Iterator<Item = UsagePart> {
    let list = lists.into_iter().flatten().find(|list| !list.is_empty());
    let mut sums: BTreeMap<String, UsageCounts> = BTreeMap::new();
    for part in list.into_iter().flatten() {
        let name = name(part).map_or("unknown", String::as_str);
        add(sums.entry(name.to_owned()).or_default(), part.counted.counts());
    }
    let used = sums.into_iter().filter(|(_, counts)| *counts != UsageCounts::default());
    used.map(move |(name, counts)| UsagePart { by, name, counts })
}

/// What an organisation or enterprise did on `day`; the error says why a row is not used.
pub(super) fn entity_usage(row: EntityRow, scope: Scope<'_>, day: Date) -> Result<Usage, &'static str> {
    if row.day.is_some_and(|of| of != day) {
        return Err(OTHER_DAY);
    }
    let by_ide = row.totals_by_ide.as_ref();
    let by_language_feature = row.totals_by_language_feature.as_ref();
    let by_language_model = row.totals_by_language_model.as_ref();
    let by_model_feature = row.totals_by_model_feature.as_ref();
    let by_feature = row.totals_by_feature.as_ref();
    let parts = parts_by(Dimension::Language, [by_language_feature, by_language_model], |part| part.language.as_ref())
        .chain(parts_by(Dimension::Editor, [by_ide, None], |part| part.ide.as_ref()))
        .chain(parts_by(Dimension::Model, [by_model_feature, by_language_model], |part| part.model.as_ref()))
        .chain(parts_by(Dimension::Feature, [by_feature, by_model_feature], |part| part.feature.as_ref()))
        .collect();
    let (week, month) = (row.weekly_active_users, row.monthly_active_users);
    Ok(Usage {
        seen_at: Timestamp::UNIX_EPOCH,
        product: PRODUCT.into(),
        day,
        account: None,
        entity: row.whose.id(scope).ok_or(NO_ENTITY)?,
        counts: row.counted.counts(),
        active: row.daily_active_users.map(|day| ActiveUsers { day, week, month }),
        ways: Vec::new(),
        parts,
        groups: Vec::new(),
    })
}

/// What a person did on `day`, with the person's id; the error says why a row is not used.
pub(super) fn user_usage(row: UserRow, scope: Scope<'_>, day: Date) -> Result<(u64, Usage), &'static str> {
    if row.day.is_some_and(|of| of != day) {
        return Err(OTHER_DAY);
    }
    let user = row.user_id.ok_or(NO_USER)?;
    let ways = [
        ("agent", row.used_agent || row.used_copilot_coding_agent || row.used_copilot_cloud_agent),
        ("chat", row.used_chat),
        ("cli", row.used_cli),
        // Reviews that somebody asked for; those that come by themselves are nobody's use.
        ("code_review", row.used_copilot_code_review_active),
    ];
    let usage = Usage {
        seen_at: Timestamp::UNIX_EPOCH,
        product: PRODUCT.into(),
        day,
        account: Some(VendorId::new(Provider::Github, user)),
        entity: row.whose.id(scope).ok_or(NO_ENTITY)?,
        counts: row.counted.counts(),
        active: None,
        ways: ways.into_iter().filter(|(_, used)| *used).map(|(way, _)| way.to_owned()).collect(),
        parts: Vec::new(),
        groups: Vec::new(),
    };
    Ok((user, usage))
}

/// Teams as groups, in order.
pub(super) fn groups(teams: &BTreeSet<u64>) -> Vec<VendorId> {
    let mut groups: Vec<VendorId> = teams.iter().map(|team| VendorId::new(Provider::Github, team)).collect();
    groups.sort();
    groups
}

#[cfg(test)]
#[path = "map_tests.rs"]
mod tests;
