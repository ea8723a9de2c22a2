//! The control socket: how the command line speaks to the node that runs, on this machine and as its own account only.
//!
//! One connection, one JSON line in, one JSON line out. Whoever may open the socket is the node's operator; what touches people
//! is done as a person who signs in, so that the record names them. Refuses to know how answers are shown.

mod counter;
mod errand;

pub use counter::{Counter, Status, WorkspaceLine};
pub use errand::{Errand, answer_errands};

use crate::membership::desk::Refused;
use crate::selftest::desk::SelftestDeed;
use corridor_api::failure::Failure;
use corridor_domain::limits;
use corridor_protocol::AddPerson;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs::{self, Permissions};
use std::future::Future;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

const FILE_NAME: &str = "control.sock";
const LINE_SIZE_BYTES_MAX: u64 = limits::CONTROL_LINE_SIZE_BYTES_MAX;
const LINE_TIMEOUT: Duration = Duration::from_millis(limits::CONTROL_LINE_TIMEOUT_MS);
const DEED_TIMEOUT: Duration = Duration::from_millis(limits::CONTROL_DEED_TIMEOUT_MS);
/// After a connection was not accepted, before the next try.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What is asked for. No `Debug`: it carries passwords.
#[derive(Serialize, Deserialize)]
#[serde(tag = "operation", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    /// What the node says of itself.
    Status,
    /// A new person, added by an administrator.
    PersonAdd {
        /// Of which workspace, by name.
        workspace: String,
        /// The administrator's sign-in name.
        login: String,
        /// The administrator's password.
        password: String,
        /// Whom.
        person: Box<AddPerson>,
    },
    /// What concerns the cluster.
    Cluster(ClusterDeed),
    /// What concerns its workspaces.
    Workspace(WorkspaceDeed),
    /// What concerns a scratch workspace.
    Selftest {
        /// Its name.
        workspace: String,
        /// What.
        deed: SelftestDeed,
    },
}

/// What is asked about workspaces. No `Debug`: it carries passwords.
#[derive(Serialize, Deserialize)]
#[serde(tag = "deed", rename_all = "snake_case", deny_unknown_fields)]
pub enum WorkspaceDeed {
    /// A new one, with its first administrator.
    Create {
        /// What operators and sign-in forms call it.
        name: String,
        /// What its people read.
        title: String,
        /// Who.
        administrator: Box<AddPerson>,
    },
    /// All of them.
    List,
    /// Closes one for good.
    Close {
        /// Which.
        name: String,
    },
}

/// What is asked of a node that is not alone.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(tag = "deed", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClusterDeed {
    /// A new invitation.
    Invite {
        /// For how long.
        valid_minutes: u64,
    },
    /// A new invitation, for a machine in the place of one that is gone.
    Replace {
        /// Which is gone.
        node: u64,
        /// For how long.
        valid_minutes: u64,
    },
    /// How the nodes are doing.
    Status,
    /// Takes a node out, for ever.
    Remove {
        /// Which.
        node: u64,
    },
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// Done; this is the answer.
    Done(Value),
    /// Not done, or maybe done.
    Refused {
        /// Stable; see docs/protocol.md.
        code: String,
        /// A sentence.
        detail: String,
    },
}

impl Reply {
    fn refused(code: &str, detail: impl Into<String>) -> Self {
        Self::Refused {
            code: code.to_owned(),
            detail: detail.into(),
        }
    }
}

impl From<Failure> for Reply {
    fn from(failure: Failure) -> Self {
        let problem = failure.problem();
        Self::Refused {
            code: problem.code,
            detail: problem.detail,
        }
    }
}

impl From<Refused> for Reply {
    fn from(refused: Refused) -> Self {
        Self::refused(refused.code, refused.detail)
    }
}

/// The open socket. When it is dropped, the socket is gone.
#[derive(Debug)]
pub struct Control {
    path: PathBuf,
    accepting: JoinHandle<()>,
}

impl Drop for Control {
    fn drop(&mut self) {
        self.accepting.abort();
        // If it cannot be removed, the next start replaces it.
        let _ = fs::remove_file(&self.path);
    }
}

/// Opens the socket of the node that holds this data folder, and answers until the result is dropped.
pub fn serve(data: &Path, counter: Arc<Counter>) -> io::Result<Control> {
    open(data, move |request| {
        let counter = Arc::clone(&counter);
        async move { counter.answer(request).await }
    })
}

fn open<Answering>(
    data: &Path,
    answer: impl Fn(Request) -> Answering + Clone + Send + Sync + 'static,
) -> io::Result<Control>
where
    Answering: Future<Output = Reply> + Send,
{
    let path = data.join(FILE_NAME);
    // The data folder is locked: a socket that is there belongs to a node that ended without cleaning up.
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&path)?;
    fs::set_permissions(&path, Permissions::from_mode(0o600))?;
    let places = Arc::new(Semaphore::new(limits::CONTROL_CONNECTIONS_COUNT_MAX));
    let accepting = tokio::spawn(async move {
        // The semaphore is never closed; while all its places are taken, others wait in the socket's queue.
        while let Ok(place) = Arc::clone(&places).acquire_owned().await {
            match listener.accept().await {
                Ok((stream, _)) => {
                    let answer = answer.clone();
                    tokio::spawn(async move {
                        if let Err(error) = converse(stream, answer).await {
                            tracing::debug!(%error, "a control connection ended early");
                        }
                        drop(place);
                    });
                }
                Err(error) => {
                    tracing::debug!(%error, "a control connection was not accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    });
    Ok(Control { path, accepting })
}

async fn converse<Answering: Future<Output = Reply>>(
    mut stream: UnixStream,
    answer: impl Fn(Request) -> Answering,
) -> io::Result<()> {
    let reply = match read_line(&mut stream).await {
        Ok(line) => match serde_json::from_slice::<Request>(&line) {
            Ok(request) => {
                let late = || {
                    Reply::refused(
                        "outcome_unknown",
                        "The node did not answer in time; maybe it was done. Look before trying again.",
                    )
                };
                tokio::time::timeout(DEED_TIMEOUT, answer(request))
                    .await
                    .unwrap_or_else(|_| late())
            }
            // The parser's words may quote the line, and so a password.
            Err(_) => Reply::refused(
                "invalid",
                "The node does not know this request; are both of the same version?",
            ),
        },
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Reply::refused("too_large", error.to_string()),
        Err(error) => return Err(error),
    };
    write_line(&mut stream, &reply).await
}

/// Asks the node that runs with this data folder.
pub async fn ask(data: &Path, request: &Request) -> Result<Reply, AskError> {
    let path = data.join(FILE_NAME);
    let mut stream = UnixStream::connect(&path).await.map_err(|cause| match cause.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => AskError::NotRunning { data: data.to_owned() },
        _ => AskError::Io {
            path: path.clone(),
            cause,
        },
    })?;
    let failed = |cause| AskError::Io {
        path: path.clone(),
        cause,
    };
    write_line(&mut stream, request).await.map_err(failed)?;
    let line = tokio::time::timeout(DEED_TIMEOUT + LINE_TIMEOUT, read_to_line_end(&mut stream)).await;
    let line = line
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
        .map_err(failed)?;
    serde_json::from_slice(&line).map_err(|error| failed(error.into()))
}

/// Why the node gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Nobody holds the socket.
    #[error("no node runs with the data folder {}; start it with `corridor start`", data.display())]
    NotRunning {
        /// Which was looked at.
        data: PathBuf,
    },
    /// Somebody does, or we may not ask, and no answer came.
    #[error("the node did not answer at {}: {cause}", path.display())]
    Io {
        /// The socket.
        path: PathBuf,
        /// What was said.
        cause: io::Error,
    },
}

async fn read_line(stream: &mut UnixStream) -> io::Result<Vec<u8>> {
    tokio::time::timeout(LINE_TIMEOUT, read_to_line_end(stream))
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

async fn read_to_line_end(stream: &mut UnixStream) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    BufReader::new(stream.take(LINE_SIZE_BYTES_MAX))
        .read_until(b'\n', &mut line)
        .await?;
    match line.pop() {
        Some(b'\n') => Ok(line),
        Some(_) if line.len() as u64 + 1 == LINE_SIZE_BYTES_MAX => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("A line has at most {LINE_SIZE_BYTES_MAX} bytes."),
        )),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

async fn write_line(stream: &mut UnixStream, message: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    let written = tokio::time::timeout(LINE_TIMEOUT, stream.write_all(&line)).await;
    written.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

#[cfg(test)]
mod tests;
