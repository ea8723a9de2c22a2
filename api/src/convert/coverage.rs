//! Coverage, from the domain to the wire.

use crate::failure::{Failure, Outcome};
use crate::names::Names;
use corridor_domain::coverage::{Coverage, CoverageStage};
use corridor_domain::ids::CoverageId;
use corridor_protocol as wire;
use std::io;

/// A coverage's id.
pub fn coverage_id(text: &str) -> Outcome<CoverageId> {
    text.parse()
        .map_err(|_| Failure::Invalid("A coverage's id is `cov_` and 26 characters."))
}

/// A coverage with the names of its people.
pub fn coverage(names: &Names, coverage: &Coverage, of_labelled: bool) -> io::Result<wire::Coverage> {
    let window = &coverage.window;
    Ok(wire::Coverage {
        id: window.id.to_string(),
        covered: names.author(window.covered)?,
        covering: names.author(window.covering)?,
        from_ms: window.from_ms,
        until_ms: window.until_ms,
        reason: window.reason.expose().to_owned(),
        state: stage_name(coverage.stage).to_owned(),
        of_labelled,
        by: names.author(coverage.by)?,
        ended_by: coverage.ended_by.map(|person| names.author(person)).transpose()?,
    })
}

fn stage_name(stage: CoverageStage) -> &'static str {
    match stage {
        CoverageStage::Planned => "planned",
        CoverageStage::Running => "running",
        CoverageStage::Over => "over",
    }
}
