//! What restricts a patient's conversation, who is inside that may not be any more; and words that are used again.

use super::coverage::{covers_of, is_of_labelled, substitutes_in};
use super::load_subject;
use crate::keys;
use crate::state::Records;
use corridor_domain::conversation::{Membership, Side};
use corridor_domain::ids::{ConversationId, PersonId, TemplateId};
use corridor_domain::limits;
use corridor_domain::restriction::RestrictionStep;
use corridor_domain::template::Template;
use corridor_domain::view::View;
use std::io;

pub(super) fn load(
    records: &impl Records,
    view: &mut View,
    conversation: ConversationId,
    step: &RestrictionStep,
) -> io::Result<()> {
    match step {
        RestrictionStep::Label { sensitivity: Some(_) } => {
            for one in substitutes_in(records, conversation)? {
                let joined = one.stand_in.joined.map(|joined| joined.coverage);
                if let Some(coverage) = joined
                    && !is_of_labelled(records, coverage)?
                {
                    view.substituted.push(one);
                }
            }
            if let Some(offer) = view.about.care.as_ref().and_then(|care| care.offer) {
                view.subject_membership = records.record(&keys::membership(conversation, offer.to))?;
                view.subject_covers = covers_of(records, offer.to)?;
            }
            Ok(())
        }
        RestrictionStep::Label { sensitivity: None } => Ok(()),
        RestrictionStep::Confidential { .. } => {
            view.safeguards = records.record(&keys::safeguards())?;
            for (_, bytes) in records.prefix(&keys::memberships_of(conversation), usize::MAX / 2)? {
                let own: Membership = crate::records::decode(&bytes)?;
                view.memberships.extend((own.side == Side::Patient).then_some(own));
            }
            Ok(())
        }
    }
}

/// A template with its owner; a new one's is named, and how many they have matters.
pub(super) fn load_template(
    records: &impl Records,
    view: &mut View,
    template: TemplateId,
    new_of: Option<Option<PersonId>>,
) -> io::Result<()> {
    view.template = records.record::<Template>(&keys::template(template))?;
    let owner = new_of.unwrap_or_else(|| view.template.as_ref().and_then(|known| known.owner));
    if new_of.is_some() {
        let all = records.ids(&keys::templates_of(owner), limits::TEMPLATES_PER_OWNER_COUNT_MAX)?;
        view.templates_count = all.len();
    }
    match owner {
        Some(owner) => load_subject(records, view, owner),
        // One that is not there is nobody's: whoever asks finds none.
        None if new_of.is_none() && view.template.is_none() => {
            view.subject = view.actor.clone();
            Ok(())
        }
        None => Ok(()),
    }
}
