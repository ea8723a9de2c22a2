//! What keeps words from the wrong reader, between the wire and the domain.

use corridor_domain::identity::{Named, What};
use corridor_domain::restriction::{RestrictionStep, Safeguards, Sensitivity};
use corridor_protocol as wire;

/// As the domain knows it.
pub fn step(step: &wire::RestrictionStep) -> RestrictionStep {
    match step {
        wire::RestrictionStep::Label { sensitivity } => RestrictionStep::Label {
            sensitivity: sensitivity.map(sensitivity_of),
        },
        wire::RestrictionStep::Confidential { confidential } => RestrictionStep::Confidential {
            confidential: *confidential,
        },
    }
}

fn sensitivity_of(sensitivity: wire::Sensitivity) -> Sensitivity {
    match sensitivity {
        wire::Sensitivity::Part2 => Sensitivity::Part2,
        wire::Sensitivity::StateLaw => Sensitivity::StateLaw,
    }
}

/// For the wire.
pub fn sensitivity_to_wire(sensitivity: Sensitivity) -> wire::Sensitivity {
    match sensitivity {
        Sensitivity::Part2 => wire::Sensitivity::Part2,
        Sensitivity::StateLaw => wire::Sensitivity::StateLaw,
    }
}

/// As the domain knows it.
pub fn safeguards(safeguards: &wire::Safeguards) -> Safeguards {
    Safeguards {
        confidential_from_years: safeguards.confidential_from_years,
        undo_s: safeguards.undo_s,
    }
}

/// For the wire.
pub fn safeguards_to_wire(safeguards: Safeguards) -> wire::Safeguards {
    wire::Safeguards {
        confidential_from_years: safeguards.confidential_from_years,
        undo_s: safeguards.undo_s,
    }
}

/// What of a message is another patient's.
pub fn found(named: Named) -> wire::Found {
    let what = match named.what {
        What::RecordNumber => "record_number",
        What::BirthDate => "birth_date",
        What::Name => "name",
    };
    wire::Found {
        what: what.to_owned(),
        text: named.text,
    }
}
