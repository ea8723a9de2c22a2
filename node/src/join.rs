//! `corridor join`: a place for a node on a new machine, and in it the papers that another node hands over.
//!
//! Everything that can fail here is done before the invitation is shown; what was made is taken back if the end is not reached.
//! Refuses to know how bytes travel and who agrees.

use crate::cli::{JoinArguments, PlaceArguments, Stop, say};
use crate::config::ClusterSettings;
use crate::membership::address::{self, PEER_PORT};
use crate::membership::authority::ClusterId;
use crate::membership::joining::{self, Introduction, JoinError, WayError};
use crate::membership::messages::Welcome;
use crate::membership::standing::{self, Standing};
use crate::membership::token::Token;
use crate::place::{Made, Plan};
use corridor_domain::limits;
use corridor_storage::node_keys::NodeKeys;
use corridor_storage::world::World;
use rcgen::KeyPair;
use std::io::{self, BufRead};
use std::net::{Ipv4Addr, SocketAddr};

/// Joins a cluster and says what to do next.
pub async fn run(
    arguments: JoinArguments,
    world: &dyn World,
    way: impl AsyncFnOnce(&str, [u8; 32], Vec<u8>) -> Result<Vec<u8>, WayError>,
) -> Result<(), Stop> {
    let text = match arguments.token {
        Some(token) => token,
        None => token_of(io::stdin().lock())?,
    };
    let token = Token::parse(&text).map_err(|error| Stop::WrongUse(error.to_string()))?;
    say(&join(&arguments.url, &token, &arguments.place, world, way).await?)
}

async fn join(
    url: &str,
    token: &Token,
    place: &PlaceArguments,
    world: &dyn World,
    way: impl AsyncFnOnce(&str, [u8; 32], Vec<u8>) -> Result<Vec<u8>, WayError>,
) -> Result<String, Stop> {
    let there = address::of_url(url).map_err(Stop::WrongUse)?;
    let plan = Plan::new(place, |arguments| cluster(arguments, &there).map(Some))?;
    plan.check_nothing_is_there("join")?;
    let mut made = Made::default();
    let pin = token.authority;
    let joined = become_node(&plan, &mut made, token, world, async |request| {
        way(&there, pin, request).await
    });
    match joined.await {
        Ok(welcome) => Ok(farewell(&plan, &welcome)),
        Err(stop) => {
            made.take_back();
            Err(stop)
        }
    }
}

async fn become_node(
    plan: &Plan,
    made: &mut Made,
    token: &Token,
    world: &dyn World,
    way: impl AsyncFnOnce(Vec<u8>) -> Result<Vec<u8>, WayError>,
) -> Result<Welcome, Stop> {
    plan.make_folder(made, world)?;
    plan.write_veiled_configuration(made)?;
    let key = standing::new_key().map_err(|error| Stop::Failed(error.to_string()))?;
    let introduction = Introduction {
        token,
        peer_address: plan.peer_address(),
        client_url: &plan.url(),
    };
    let asked = joining::ask(introduction, &key, way).await;
    let welcome = asked.map_err(|error| match &error {
        JoinError::Refused(why) => Stop::Failed(format!("this machine was not let in: {why}")),
        JoinError::InDoubt(_) => Stop::Failed(format!("it is not known whether this machine was let in: {error}")),
    })?;
    // From here on the invitation is used and the node id taken.
    keep(plan, &welcome, &key, world).map_err(|why| {
        let node = welcome.node;
        Stop::Failed(format!(
            "this machine was let in as node {node}, but cannot keep what it was given: {why}; on a node that runs take it out \
             with `corridor cluster remove {node}`, then invite again"
        ))
    })?;
    Ok(welcome)
}

fn keep(plan: &Plan, welcome: &Welcome, key: &KeyPair, world: &dyn World) -> Result<(), String> {
    let data = &plan.settings.data;
    let keys = NodeKeys::create_joined(&data.join("node.key"), &welcome.workspace_key, world);
    let keys = keys.map_err(|error| error.to_string())?;
    Standing::take_up(data, &keys.node, plan.peer_address(), welcome, key, world).map_err(|error| error.to_string())?;
    plan.unveil_configuration().map_err(|stop| match stop {
        Stop::WrongUse(why) | Stop::Failed(why) => why,
    })
}

/// Where the other nodes will find this one: as was said, or by its name, or by its address on the way to the one that lets it in.
fn cluster(arguments: &PlaceArguments, there: &str) -> Result<ClusterSettings, Stop> {
    let everywhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, PEER_PORT));
    let listen = arguments.peer_listen.unwrap_or(everywhere);
    let named = || {
        let name = arguments.host_names.first();
        name.map(|name| address::with_port(name, listen.port()))
    };
    let routed = || address::towards(there).map(|here| address::with_port(&here.to_string(), listen.port()));
    let given = arguments.peer_address.clone();
    let address = given
        .or_else(|| address::of_listen(listen))
        .or_else(named)
        .or_else(routed);
    let missing = || {
        Stop::Failed(format!(
            "{there} cannot be found from here, so it is not known how the other machines dial this one; look whether the \
             name is right, or say --peer-address"
        ))
    };
    Ok(ClusterSettings::new(listen, address.ok_or_else(missing)?))
}

fn token_of(input: impl BufRead) -> Result<String, Stop> {
    let mut line = String::new();
    let most = limits::JOIN_MESSAGE_SIZE_BYTES_MAX as u64;
    input
        .take(most)
        .read_line(&mut line)
        .map_err(|error| Stop::Failed(format!("the token cannot be read from standard input: {error}")))?;
    Ok(line)
}

fn farewell(plan: &Plan, welcome: &Welcome) -> String {
    let config = plan.file.display();
    format!(
        "This machine is node {} of cluster {}.\n\n{}\n{}\nNext:\n  corridor start --config {config}\nIt fetches what the others \
         have and gets its vote then. To look how far it is:\n  corridor cluster status --config {config}\n",
        welcome.node,
        ClusterId(welcome.cluster),
        plan.places(),
        plan.to_keep_safe(),
    )
}

#[cfg(test)]
mod tests;
