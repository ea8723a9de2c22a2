//! `corridor init`: a place for a node, and in it a clinic with its first administrator and a cluster of one.
//!
//! Overwrites nothing, and takes back what it made if it does not come to the end. Refuses to know how a workspace is founded.

use crate::cli::{InitArguments, PlaceArguments, Stop, say};
use crate::config::ClusterSettings;
use crate::membership::address;
use crate::passwords;
use crate::place::{Made, Plan};
use crate::start;
use corridor_domain::limits;
use corridor_protocol::AddPerson;
use corridor_storage::world::World;
use std::fmt::Write as _;

/// Founds a clinic and says what to do next.
pub async fn run(arguments: InitArguments, world: &dyn World) -> Result<(), Stop> {
    let plan = Plan::new(&arguments.place, cluster)?;
    plan.check_nothing_is_there("init")?;

    let name = passwords::argument(arguments.name, "--name", "Name of the clinic")?;
    let person = passwords::argument(
        arguments.administrator_name,
        "--administrator-name",
        "Full name of the first administrator",
    )?;
    let login = passwords::argument(
        arguments.administrator_login,
        "--administrator-login",
        "Sign-in name of the first administrator",
    )?;
    let password = passwords::password(&person, passwords::ADMINISTRATOR, arguments.password_stdin, true)?;
    if password.chars().count() < limits::PASSWORD_CHARACTERS_MIN {
        let least = limits::PASSWORD_CHARACTERS_MIN;
        return Err(Stop::WrongUse(format!(
            "a password has at least {least} characters; a few unrelated words are easy to keep in mind"
        )));
    }
    let administrator = AddPerson {
        kind: "staff".to_owned(),
        name: person,
        login: login.clone(),
        password,
        roles: vec!["administrator".to_owned()],
        ..AddPerson::default()
    };

    let mut made = Made::default();
    if let Err(stop) = found(&plan, &mut made, world, &name, &administrator).await {
        made.take_back();
        return Err(stop);
    }
    say(&farewell(&plan, &name, &login))
}

async fn found(
    plan: &Plan,
    made: &mut Made,
    world: &dyn World,
    name: &str,
    administrator: &AddPerson,
) -> Result<(), Stop> {
    plan.make_folder(made, world)?;
    // Before founding: a clinic without a configuration would be worse than a configuration without a clinic.
    plan.write_configuration(made)?;
    start::found(&plan.settings, name, administrator)
        .await
        .map_err(|error| Stop::Failed(error.to_string()))
}

/// A clinic is alone unless somebody says where others will find it.
fn cluster(arguments: &PlaceArguments) -> Result<Option<ClusterSettings>, Stop> {
    let Some(listen) = arguments.peer_listen else {
        return match &arguments.peer_address {
            Some(_) => Err(Stop::WrongUse(
                "--peer-address says how others dial --peer-listen, which is missing".to_owned(),
            )),
            None => Ok(None),
        };
    };
    let named = || {
        let name = arguments.host_names.first();
        name.map(|name| address::with_port(name, listen.port()))
    };
    let given = arguments.peer_address.clone();
    let address = given.or_else(|| address::of_listen(listen)).or_else(named);
    let missing = || {
        Stop::WrongUse(format!(
            "under which HOST:PORT will the other machines dial {listen}? Say it with --peer-address"
        ))
    };
    Ok(Some(ClusterSettings::new(listen, address.ok_or_else(missing)?)))
}

fn farewell(plan: &Plan, name: &str, login: &str) -> String {
    let config = plan.file.display();
    let mut text = format!("{name} is founded.\n\n{}\n{}", plan.places(), plan.to_keep_safe());
    // Writing to a string does not fail.
    let _ = write!(
        text,
        "\nNext:\n  corridor start --config {config}\nthen open {} and sign in as {login}. To add people:\n  corridor person add \
         --config {config} --as {login} --kind staff --name \"Jamie Ortiz\" --role nurse --login jamie\n",
        plan.url(),
    );
    if plan.settings.cluster.is_some() {
        let _ = write!(
            text,
            "To add a machine, while this one runs:\n  corridor cluster invite --config {config}\n"
        );
    }
    text
}
