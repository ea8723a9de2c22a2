//! Names of this floor's figures; docs/metrics.md says what they mean.

/// Connections closed at the door because there were too many.
pub const CONNECTIONS_REFUSED_TOTAL: &str = "corridor_connections_refused_total";
/// Requests that were refused or failed, by stable code.
pub const REFUSALS_TOTAL: &str = "corridor_refusals_total";
/// Commands answered over the socket.
pub const SOCKET_COMMANDS_TOTAL: &str = "corridor_socket_commands_total";
/// Sockets that said hello, by kind of resume.
pub const RESUMES_TOTAL: &str = "corridor_resumes_total";
/// Sockets closed by the node, by reason.
pub const GOODBYES_TOTAL: &str = "corridor_goodbyes_total";
/// Sign-ins, by outcome.
pub const SIGN_INS_TOTAL: &str = "corridor_sign_ins_total";
