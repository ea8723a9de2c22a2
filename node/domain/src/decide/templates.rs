//! Keeping words that are used again. Whose they are, and whether it is allowed, was settled before.

use super::Decision;
use crate::limits;
use crate::outcome::Change;
use crate::refusal::Refusal;
use crate::template::Template;
use crate::view::View;

pub(super) fn save(view: &View, template: &Template, is_new: bool) -> Result<Decision, Refusal> {
    if !template.is_sound() {
        return Err(Refusal::Invalid);
    }
    match &view.template {
        // It changes no hands: one of the clinic's is not made one's own under everybody's hands.
        Some(before) if before.owner != template.owner => return Err(Refusal::NotFound),
        Some(_) if is_new => return Err(Refusal::Invalid),
        // Somebody removed it meanwhile.
        None if !is_new => return Err(Refusal::NotFound),
        Some(before) if before == template => return Err(Refusal::NothingToDo),
        Some(_) => {}
        None if view.templates_count >= limits::TEMPLATES_PER_OWNER_COUNT_MAX => return Err(Refusal::TooMany),
        None => {}
    }
    Ok(changed(Change::Template(Box::new(template.clone()))))
}

pub(super) fn remove(view: &View) -> Result<Decision, Refusal> {
    let template = view.template.clone().ok_or(Refusal::NotFound)?;
    Ok(changed(Change::TemplateOver(Box::new(template))))
}

fn changed(change: Change) -> Decision {
    Decision {
        changes: vec![change],
        ..Decision::default()
    }
}
