//! `corridor cluster …`: asks the node that runs on this machine, and shows what it says.
//!
//! Refuses to know how anything is done, as all of the command line.

use super::arguments::ClusterCommand;
use super::{Stop, ask, configuration, data_of, say};
use crate::control::{ClusterDeed, Request};
use crate::membership::desk::Invited;
use crate::membership::status::{ClusterStatus, table};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::Path;

pub async fn run(command: ClusterCommand) -> Result<(), Stop> {
    match command {
        ClusterCommand::Invite { config, valid_minutes } => {
            let answer = asked(&configured(&config)?, ClusterDeed::Invite { valid_minutes }).await?;
            say(&invitation(&understood(answer)?))
        }
        ClusterCommand::Replace {
            node,
            config,
            valid_minutes,
        } => {
            let answer = asked(&configured(&config)?, ClusterDeed::Replace { node, valid_minutes }).await?;
            say(&format!(
                "{}\nNode {node} is taken out for ever when the new machine comes; if it answers again by then, the new one is refused.\n",
                invitation(&understood(answer)?)
            ))
        }
        ClusterCommand::Status(arguments) => {
            let answer = asked(&data_of(&arguments)?, ClusterDeed::Status).await?;
            if arguments.json {
                return say(&format!("{answer}\n"));
            }
            say(&table(&understood::<ClusterStatus>(answer)?))
        }
        ClusterCommand::Remove { node, config } => {
            asked(&configured(&config)?, ClusterDeed::Remove { node }).await?;
            say(&format!(
                "Node {node} is no longer of the cluster. If its machine still runs, stop it; what it keeps can be deleted.\n"
            ))
        }
    }
}

fn configured(config: &Path) -> Result<std::path::PathBuf, Stop> {
    Ok(configuration(config)?.settings.data)
}

async fn asked(data: &Path, deed: ClusterDeed) -> Result<Value, Stop> {
    ask(data, &Request::Cluster(deed)).await
}

fn understood<Answer: DeserializeOwned>(answer: Value) -> Result<Answer, Stop> {
    serde_json::from_value(answer).map_err(|error| {
        Stop::Failed(format!(
            "the node's answer is not understood ({error}); are both of the same version?"
        ))
    })
}

fn invitation(invited: &Invited) -> String {
    let minutes = match invited.valid_minutes {
        1 => "minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    };
    format!(
        "On the new machine, within the next {minutes}:\n\n  {}\n\nIt is good for one machine, and forgotten when this node stops.\n",
        invited.command
    )
}

#[cfg(test)]
mod tests {
    use super::invitation;
    use crate::membership::desk::Invited;

    #[test]
    fn an_invitation_is_one_command_on_a_line_of_its_own() {
        let said = |valid_minutes| {
            invitation(&Invited {
                url: "https://one:7443".to_owned(),
                token: "abc".to_owned(),
                valid_minutes,
                command: "corridor join https://one:7443 --token abc".to_owned(),
            })
        };
        let text = said(60);
        assert!(
            text.starts_with("On the new machine, within the next 60 minutes:\n"),
            "{text}"
        );
        assert!(
            text.lines()
                .any(|line| line == "  corridor join https://one:7443 --token abc"),
            "{text}"
        );
        assert!(said(1).contains("within the next minute:"));
    }
}
