//! What coverage needs of the state: for whom somebody covers, the coverage a command is about, and where somebody stood in.

use super::{load_subject, people_of, person_of, readable};
use crate::keys::{self, Table};
use crate::state::Records;
use corridor_domain::care::CareStep;
use corridor_domain::conversation::Membership;
use corridor_domain::coverage::{Cover, Coverage, NewCoverage, StandIn};
use corridor_domain::ids::{ConversationId, CoverageId, PersonId};
use corridor_domain::limits;
use corridor_domain::person::Person;
use corridor_domain::view::{Readable, Substituted, View};
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::io;

/// Somebody who looks at one conversation or at many: for whom they cover is looked up once, and only where it matters.
pub(crate) struct Onlooker<'a> {
    pub(super) person: &'a Person,
    covers: OnceCell<Vec<Cover>>,
}

impl<'a> Onlooker<'a> {
    pub(crate) fn new(person: &'a Person) -> Self {
        Self {
            person,
            covers: OnceCell::new(),
        }
    }

    pub(super) fn covers(&self, records: &impl Records) -> io::Result<&[Cover]> {
        if let Some(known) = self.covers.get() {
            return Ok(known);
        }
        let covers = match self.person.works_with_patients() {
            true => covers_of(records, self.person.id)?,
            false => Vec::new(),
        };
        Ok(self.covers.get_or_init(|| covers))
    }
}

/// For whom somebody covers, now or later.
pub(crate) fn covers_of(records: &impl Records, person: PersonId) -> io::Result<Vec<Cover>> {
    let all = coverages(records, Some(person))?;
    let covering = all.iter().filter(|coverage| coverage.window.covering == person);
    let cover = |coverage: &Coverage| {
        Ok(Cover {
            of_labelled: is_of_labelled(records, coverage.window.id)?,
            ..coverage.cover()
        })
    };
    covering.map(cover).collect()
}

/// Whether a coverage is of conversations with a label too.
pub(crate) fn is_of_labelled(records: &impl Records, coverage: CoverageId) -> io::Result<bool> {
    Ok(records.bytes(&keys::covers_labelled(coverage))?.is_some())
}

/// Who stands in in a conversation by a coverage, as they stand to it.
pub(super) fn substitutes_in(records: &impl Records, conversation: ConversationId) -> io::Result<Vec<Substituted>> {
    let mut substitutes = Vec::new();
    for (_, bytes) in records.prefix(&keys::stand_ins_in(conversation), usize::MAX / 2)? {
        let stand_in: StandIn = crate::records::decode(&bytes)?;
        let Some(covering) = person_of(records, stand_in.covering)? else {
            continue;
        };
        substitutes.push(Substituted {
            stand_in,
            about: readable(records, Some(&Onlooker::new(&covering)), conversation)?,
            covered: None,
            covered_is_member: false,
        });
    }
    Ok(substitutes)
}

/// What is not over: what one person is part of, or all.
pub(crate) fn coverages(records: &impl Records, person: Option<PersonId>) -> io::Result<Vec<Coverage>> {
    let prefix = person.map_or_else(|| keys::table(Table::PersonCoverage), keys::coverages_of);
    let ids: BTreeSet<_> = records.ids(&prefix, usize::MAX / 2)?.into_iter().collect();
    let mut coverages = Vec::with_capacity(ids.len());
    for id in ids {
        coverages.extend(coverage_of(records, CoverageId::from_bytes(id))?);
    }
    Ok(coverages)
}

/// Whether a membership came by a coverage.
pub(super) fn is_by_coverage(records: &impl Records, own: &Membership) -> io::Result<bool> {
    let stand_in: Option<StandIn> = records.record(&keys::stand_in(own.conversation, own.person))?;
    let joined = stand_in.and_then(|stand_in| stand_in.joined);
    Ok(joined.is_some_and(|joined| joined.seq == own.joined_seq))
}

/// Whether somebody is inside only by a coverage that does not open the conversation any more.
fn is_late(records: &impl Records, about: &Readable, person: &Person, now_ms: u64) -> io::Result<bool> {
    let Some(head) = &about.conversation else {
        return Ok(false);
    };
    let judged = readable(records, Some(&Onlooker::new(person)), head.id)?;
    Ok(judged.own_is_by_coverage && judged.own_at(now_ms).is_none())
}

/// Who answers by a coverage answers no longer than it lasts, and nobody is given what they cannot see: whether or not anybody noticed.
pub(super) fn drop_who_is_late(records: &impl Records, view: &mut View) -> io::Result<()> {
    if let Some(holder) = view.about.holder.clone()
        && is_late(records, &view.about, &holder, view.now_ms)?
    {
        view.about.holder = None;
    }
    if let Some(subject) = view.subject.clone().filter(|_| view.subject_membership.is_some())
        && is_late(records, &view.about, &subject, view.now_ms)?
    {
        view.subject_membership = None;
    }
    Ok(())
}

fn coverage_of(records: &impl Records, id: CoverageId) -> io::Result<Option<Coverage>> {
    records.record(&keys::coverage(id))
}

pub(super) fn load_new_coverage(records: &impl Records, view: &mut View, new: &NewCoverage) -> io::Result<()> {
    load_subject(records, view, new.covering)?;
    view.people = people_of(records, &[new.covered])?;
    view.coverages = coverages(records, Some(new.covered))?;
    for other in coverages(records, Some(new.covering))? {
        if !view.coverages.iter().any(|known| known.window.id == other.window.id) {
            view.coverages.push(other);
        }
    }
    Ok(())
}

pub(super) fn load_coverage(records: &impl Records, view: &mut View, id: CoverageId) -> io::Result<()> {
    let Some(coverage) = coverage_of(records, id)? else {
        return Ok(());
    };
    load_subject(records, view, coverage.window.covering)?;
    view.people = people_of(records, &[coverage.window.covered])?;
    view.coverages.push(coverage);
    Ok(())
}

/// Whoever takes over may do it by a coverage, and whoever is asked to may come by one.
pub(super) fn load_for_step(
    records: &impl Records,
    view: &mut View,
    onlooker: Option<&Onlooker<'_>>,
    conversation: ConversationId,
    step: &CareStep,
) -> io::Result<()> {
    if let Some(holder) = view.about.care.as_ref().and_then(|care| care.holder) {
        view.holder_stand_in = records.record(&keys::stand_in(conversation, holder))?;
    }
    match (step, onlooker) {
        (CareStep::Take { .. } | CareStep::Accept, Some(onlooker)) => {
            view.about.covers = onlooker.covers(records)?.to_vec();
            view.stand_in = records.record(&keys::stand_in(conversation, onlooker.person.id))?;
        }
        (CareStep::HandOver { to, .. }, _) => view.subject_covers = covers_of(records, *to)?,
        _ => {}
    }
    drop_who_is_late(records, view)
}

/// Some of the conversations that go back, and whether there are more.
pub(super) fn load_substituted(records: &impl Records, view: &mut View, id: CoverageId) -> io::Result<()> {
    let Some(covering) = view.subject.clone() else {
        return Ok(());
    };
    let onlooker = Onlooker::new(&covering);
    let mut ids = records.ids(&keys::stand_ins_of(id), limits::COVERAGE_RETURNS_COUNT_MAX + 1)?;
    view.more_substituted = ids.len() > limits::COVERAGE_RETURNS_COUNT_MAX;
    ids.truncate(limits::COVERAGE_RETURNS_COUNT_MAX);
    for conversation in ids.into_iter().map(ConversationId::from_bytes) {
        let Some(stand_in) = records.record::<StandIn>(&keys::stand_in(conversation, covering.id))? else {
            continue;
        };
        let (mut covered, mut covered_is_member) = (None, false);
        if let Some(took) = stand_in.took {
            let membership: Option<Membership> = records.record(&keys::membership(conversation, took.covered))?;
            covered = person_of(records, took.covered)?;
            covered_is_member = membership.as_ref().is_some_and(Membership::is_current);
        }
        view.substituted.push(Substituted {
            stand_in,
            about: readable(records, Some(&onlooker), conversation)?,
            covered,
            covered_is_member,
        });
    }
    Ok(())
}

/// How far the one has read for whom the actor would come in.
pub(super) fn load_covered(records: &impl Records, view: &mut View, conversation: ConversationId) -> io::Result<()> {
    if let Some(covered) = view.about.cover(view.now_ms).map(|cover| cover.covered) {
        view.covered_membership = records.record(&keys::membership(conversation, covered))?;
    }
    Ok(())
}
