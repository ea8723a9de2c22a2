//! What the parts of a workspace are told of its node: where clients find the others, and whether it leads.

use crate::neighbours::Neighbours;
use corridor_actors::agenda::Leads;
use corridor_api::service::Places;
use corridor_cluster::Group;
use corridor_storage::apply::AppliedState;
use std::sync::Arc;

/// A node alone is where its clients are already.
pub fn places(node: u64, neighbours: Option<Arc<Neighbours>>) -> Places {
    let all = move || neighbours.as_ref().map(|neighbours| neighbours.places());
    Places {
        node,
        all: Box::new(move || all().unwrap_or_default()),
    }
}

/// Whether it leads, and hears those by whom it does.
pub fn leads(group: &Group<AppliedState>) -> Leads {
    let status = group.watch();
    Box::new(move || {
        let status = status();
        status.is_leader && status.is_in_contact
    })
}
