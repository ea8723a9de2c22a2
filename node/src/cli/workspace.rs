//! `corridor workspace …`: asks the node that runs on this machine, and shows what it says.
//!
//! Refuses to know how anything is done, as all of the command line.

use super::arguments::WorkspaceCommand;
use super::{Stop, ask, configuration, data_of, say};
use crate::control::{Request, WorkspaceDeed, WorkspaceLine};
use crate::passwords;
use crate::selftest::hooks::{NAME_BEGINS, is_scratch};
use corridor_domain::limits;
use corridor_protocol::AddPerson;
use std::fmt::Write as _;

pub async fn run(command: WorkspaceCommand) -> Result<(), Stop> {
    match command {
        WorkspaceCommand::Create {
            name,
            config,
            title,
            administrator_name,
            administrator_login,
            password_stdin,
        } => {
            if is_scratch(&name) {
                return Err(Stop::WrongUse(format!(
                    "names that begin with {NAME_BEGINS} are for `corridor selftest`: troubles may be made for such workspaces"
                )));
            }
            let data = configuration(&config)?.settings.data;
            // Asked first whether anybody is there: it would be a pity to type a password twice for nothing.
            ask(&data, &Request::Status).await?;
            let password = passwords::password(&administrator_name, passwords::ADMINISTRATOR, password_stdin, true)?;
            if password.chars().count() < limits::PASSWORD_CHARACTERS_MIN {
                let least = limits::PASSWORD_CHARACTERS_MIN;
                return Err(Stop::WrongUse(format!("a password has at least {least} characters")));
            }
            let administrator = AddPerson {
                kind: "staff".to_owned(),
                name: administrator_name,
                login: administrator_login.clone(),
                password,
                roles: vec!["administrator".to_owned()],
                ..AddPerson::default()
            };
            let deed = WorkspaceDeed::Create {
                name: name.clone(),
                title: title.clone(),
                administrator: Box::new(administrator),
            };
            let answer = ask(&data, &Request::Workspace(deed)).await?;
            let spread = match answer["is_on_all_nodes"].as_bool() {
                Some(false) => "It is not on all nodes yet; `corridor workspace list` shows when.\n\n",
                _ => "",
            };
            say(&format!(
                "{title} is founded as workspace {name}.\n\n{spread}Its people sign in at the same address, with ?workspace={name} behind it; \
                 programs name it in the header Corridor-Workspace. {administrator_login} may sign in now; to add people:\n  corridor \
                 person add --workspace {name} --as {administrator_login} --kind staff --name \"Jamie Ortiz\" --role nurse --login \
                 jamie\n"
            ))
        }
        WorkspaceCommand::List(arguments) => {
            let answer = ask(&data_of(&arguments)?, &Request::Workspace(WorkspaceDeed::List)).await?;
            if arguments.json {
                return say(&format!("{answer}\n"));
            }
            let lines: Vec<WorkspaceLine> = serde_json::from_value(answer).map_err(|error| {
                Stop::Failed(format!(
                    "the node's answer is not understood ({error}); are both of the same version?"
                ))
            })?;
            say(&table(&lines))
        }
        WorkspaceCommand::Close { name, config } => {
            let deed = WorkspaceDeed::Close { name: name.clone() };
            ask(&configuration(&config)?.settings.data, &Request::Workspace(deed)).await?;
            say(&format!(
                "Workspace {name} is closed: nobody signs in any more. What was written in it stays on the disks.\n"
            ))
        }
    }
}

fn table(lines: &[WorkspaceLine]) -> String {
    let width = lines
        .iter()
        .map(|line| line.name.len())
        .max()
        .unwrap_or_default()
        .max(4);
    let mut text = format!(
        "{:width$}  {:>5}  {:<6}  {:>6}  {:<12}  {:>7}\n",
        "NAME", "GROUP", "STATE", "LEADER", "NODES", "SOCKETS"
    );
    for line in lines {
        let state = match (line.closed_at_ms, line.is_awake, line.is_here) {
            (Some(_), ..) => "closed",
            (None, true, _) => "awake",
            (None, false, true) => "rests",
            (None, false, false) => "away",
        };
        let leader = line.leader.map_or_else(|| "-".to_owned(), |leader| leader.to_string());
        let nodes = line.nodes.as_ref().map_or_else(
            || "-".to_owned(),
            |nodes| {
                let nodes: Vec<String> = nodes.iter().map(u64::to_string).collect();
                nodes.join(" ")
            },
        );
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "{:width$}  {:>5}  {state:<6}  {leader:>6}  {nodes:<12}  {:>7}",
            line.name, line.id, line.sockets
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{WorkspaceLine, table};

    #[test]
    fn a_line_for_each_workspace() {
        let line = |id, name: &str, closed_at_ms, nodes: Option<Vec<u64>>| WorkspaceLine {
            id,
            name: name.to_owned(),
            created_at_ms: 0,
            closed_at_ms,
            is_here: id != 29,
            is_awake: nodes.is_some(),
            leader: nodes.as_ref().map(|_| 2),
            nodes,
            sockets: 3,
        };
        let text = table(&[
            line(1, "main", None, Some(vec![1, 2, 7])),
            line(19, "north", None, None),
            line(23, "south", Some(5), None),
            WorkspaceLine {
                is_awake: false,
                leader: None,
                ..line(29, "west", None, Some(vec![3, 7, 8]))
            },
        ]);
        assert_eq!(
            text.lines()
                .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
                .collect::<Vec<_>>(),
            [
                "NAME GROUP STATE LEADER NODES SOCKETS",
                "main 1 awake 2 1 2 7 3",
                "north 19 rests - - 3",
                "south 23 closed - - 3",
                "west 29 away - 3 7 8 3",
            ]
        );
    }
}
