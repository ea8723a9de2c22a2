//! Whether a node is ready that runs in another network namespace: asked from a thread that moves there. Knows no cluster.

use crate::failure::{Context, Outcome};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsFd;
use std::time::Duration;

/// How long a node may take to say whether it is ready.
const READY_TIMEOUT: Duration = Duration::from_millis(1_000);

/// Whether the node in that namespace says on its operations address that it is ready.
pub async fn is_ready(file: String, operations: SocketAddr) -> bool {
    let (tell, told) = tokio::sync::oneshot::channel();
    // A thread of its own: it moves into the namespace, and must not come back.
    std::thread::spawn(move || {
        let _ = tell.send(status_of(&file, operations));
    });
    matches!(told.await, Ok(Ok(200)))
}

fn status_of(namespace_file: &str, address: SocketAddr) -> Outcome<u16> {
    let what = || format!("asking in {namespace_file}");
    let namespace = File::open(namespace_file).context(what())?;
    move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network)).context(what())?;
    let mut stream = TcpStream::connect_timeout(&address, READY_TIMEOUT).context(what())?;
    stream.set_read_timeout(Some(READY_TIMEOUT)).context(what())?;
    let request = "GET /readyz HTTP/1.1\r\nHost: node\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).context(what())?;
    let mut head = [0; 12];
    stream.read_exact(&mut head).context(what())?;
    let status = std::str::from_utf8(&head[9..]).ok().and_then(|text| text.parse().ok());
    status.context(what())
}
