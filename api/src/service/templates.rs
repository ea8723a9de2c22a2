//! Words that are used again: the clinic's and one's own.

use super::{Caller, Done, Service};
use crate::failure::{Failure, Outcome};
use corridor_domain::command::Command;
use corridor_domain::ids::{CommandId, TemplateId};
use corridor_domain::private::Private;
use corridor_domain::refusal::Refusal;
use corridor_domain::template::Template;
use corridor_protocol as wire;

impl Service {
    /// The clinic's templates and the caller's own, by name.
    pub fn templates(&self, caller: &Caller) -> Outcome<wire::TemplateList> {
        if !caller.person.is_staff() {
            return Err(Failure::Refused(Refusal::Forbidden));
        }
        let mut found = self.reader().templates_of(None)?;
        found.extend(self.reader().templates_of(Some(caller.person.id))?);
        found.sort_by(|one, other| one.name.cmp(&other.name).then(one.id.cmp(&other.id)));
        let shown = found.iter().map(|template| wire::Template {
            id: template.id.to_string(),
            shared: template.owner.is_none(),
            name: template.name.expose().to_owned(),
            body: template.body.expose().to_owned(),
        });
        Ok(wire::TemplateList {
            templates: shown.collect(),
        })
    }

    /// Keeps a new one, or changes one.
    pub async fn save_template(
        &self,
        caller: &Caller,
        command_id: CommandId,
        known: Option<&str>,
        request: &wire::SaveTemplate,
    ) -> Outcome<wire::TemplateSaved> {
        let id = match known {
            Some(known) => template_id(known)?,
            None => TemplateId::from_bytes(self.id_made_of("template", caller, command_id)),
        };
        let owner = match known {
            None => (!request.shared).then_some(caller.person.id),
            // Whose it is stays.
            Some(_) => match self.reader().template(id)? {
                Some(found) => found.owner,
                None => {
                    self.freshness().catch_up().await?;
                    self.reader().template(id)?.ok_or(Refusal::NotFound)?.owner
                }
            },
        };
        let template = Template {
            id,
            owner,
            name: Private::new(request.name.trim()),
            body: Private::new(request.body.trim_end()),
        };
        if !template.is_sound() {
            return Err(Failure::Invalid(
                "A template has a name of one line of 80 bytes at most, and words of 4,000 bytes at most.",
            ));
        }
        let command = Command::SaveTemplate {
            template: Box::new(template),
            is_new: known.is_none(),
        };
        let done = self.run_asked(caller, command_id, &(known, request), command).await?;
        Ok(wire::TemplateSaved {
            template_id: id.to_string(),
            revision: done.revision,
        })
    }

    /// Keeps it no longer.
    pub async fn remove_template(&self, caller: &Caller, command_id: CommandId, id: &str) -> Outcome<Done> {
        let template = template_id(id)?;
        let command = Command::RemoveTemplate(template);
        self.run_asked(caller, command_id, &("remove template", id), command)
            .await
    }
}

fn template_id(id: &str) -> Outcome<TemplateId> {
    id.parse().map_err(|_| Failure::Refused(Refusal::NotFound))
}
