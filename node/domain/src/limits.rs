//! Every limit of the product, in one place: sizes in bytes, counts, times in milliseconds.
//!
//! A limit that is not here does not exist. Relations between limits hold at compile time, at the end of the file.

/// Longest message body, in bytes of UTF-8 before sealing.
pub const MESSAGE_SIZE_BYTES_MAX: usize = 64 * 1024;
/// Longest topic of a conversation, in bytes.
pub const TOPIC_SIZE_BYTES_MAX: usize = 200;
/// Longest name of a person, organization or site, in bytes.
pub const NAME_SIZE_BYTES_MAX: usize = 200;
/// Longest sign-in name, in bytes.
pub const LOGIN_SIZE_BYTES_MAX: usize = 254;
/// Longest password taken, in bytes: longer ones only cost time to hash.
pub const PASSWORD_SIZE_BYTES_MAX: usize = 1024;
/// Shortest password for a new person, in characters (NIST SP 800-63B-4 for a single factor).
pub const PASSWORD_CHARACTERS_MIN: usize = 15;
/// Longest device name kept, in bytes; what is longer is cut.
pub const DEVICE_NAME_SIZE_BYTES_MAX: usize = 120;
/// Longest reason given for a retraction or for breaking the glass, in bytes.
pub const REASON_SIZE_BYTES_MAX: usize = 500;
/// Shortest reason for breaking the glass, in bytes: one word is no reason.
pub const BREAK_GLASS_REASON_SIZE_BYTES_MIN: usize = 10;
/// Longest time the glass stays broken, in minutes.
pub const BREAK_GLASS_MINUTES_MAX: u32 = 8 * 60;
/// Most members of one conversation.
pub const MEMBERS_COUNT_MAX: u32 = 5_000;
/// Most members named while creating a conversation.
pub const MEMBERS_AT_CREATION_COUNT_MAX: usize = 200;
/// Most people and roles mentioned in one message.
pub const MENTIONS_COUNT_MAX: usize = 50;
/// Above this many members, read and delivered marks are kept but make no events.
pub const RECEIPT_EVENTS_MEMBERS_MAX: u32 = 50;
/// Own messages counted apart while earlier ones of others are unread; beyond it, sending counts as having read.
pub const OWN_SINCE_READ_COUNT_MAX: usize = 256;
/// Time in which staff may edit a message outside what patients see (T-19).
pub const EDIT_WINDOW_MS: u64 = 15 * 60 * 1000;
/// Most versions of one message.
pub const VERSIONS_COUNT_MAX: u32 = 50;
/// Longest life of a session.
pub const SESSION_LIFETIME_MS: u64 = 12 * 60 * 60 * 1000;
/// Most live sessions of one person; the oldest ends when one more begins.
pub const SESSIONS_PER_PERSON_COUNT_MAX: usize = 10;
/// Most people of a care team, sites of a person, patients of a proxy.
pub const RELATIONS_COUNT_MAX: usize = 100;

/// Largest HTTP body of a command.
pub const HTTP_BODY_SIZE_BYTES_MAX: usize = 256 * 1024;
/// Largest WebSocket frame before sign-in.
pub const FRAME_BEFORE_SIGN_IN_SIZE_BYTES_MAX: usize = 8 * 1024;
/// Largest WebSocket frame and message.
pub const FRAME_SIZE_BYTES_MAX: usize = 160 * 1024;
/// Time a socket has to say hello.
pub const HELLO_TIMEOUT_MS: u64 = 5_000;
/// Time between the node's pings; a socket silent for two and a half of them is closed.
pub const HEARTBEAT_MS: u64 = 30_000;
/// Time a write to a socket may take before the client counts as gone.
pub const SOCKET_WRITE_TIMEOUT_MS: u64 = 10_000;
/// Commands of one socket that may wait for their answers.
pub const COMMANDS_PER_SOCKET_IN_FLIGHT_MAX: usize = 256;
/// Events waiting for one socket.
pub const OUTBOX_EVENTS_COUNT_MAX: usize = 256;
/// Bytes gathered for one write to a socket.
pub const SOCKET_WRITE_BUFFER_SIZE_BYTES: usize = 16 * 1024;
/// What a client that does not read costs: the write buffer and what waits. One larger frame is still taken, alone.
pub const UNREAD_SIZE_BYTES_MAX: usize = 64 * 1024;
/// Bytes waiting for one socket, with their places in the queue and what its writer has in hand.
pub const OUTBOX_SIZE_BYTES_MAX: usize = UNREAD_SIZE_BYTES_MAX - SOCKET_WRITE_BUFFER_SIZE_BYTES;
/// Sockets of one node.
pub const SOCKETS_COUNT_MAX: usize = 20_000;
/// Sends of one person: how many a second in the long run, and how many at once.
pub const SENDS_PER_SECOND: u32 = 5;
/// See [`SENDS_PER_SECOND`].
pub const SENDS_BURST: u32 = 20;
/// Failed sign-ins of one address and login before they are slowed down.
pub const SIGN_IN_FAILURES_MAX: u32 = 5;
/// The time in which they are counted.
pub const SIGN_IN_FAILURES_WINDOW_MS: u64 = 15 * 60 * 1000;
/// Addresses and logins watched at one time.
pub const SIGN_IN_WATCHED_COUNT_MAX: usize = 100_000;
/// Password hashes computed at the same time: each takes 46 MiB and a core.
pub const PASSWORD_HASHES_AT_ONCE: usize = 2;
/// Least time between two typing frames of one person in one conversation.
pub const TYPING_INTERVAL_MS: u64 = 3_000;
/// Most events, people or records on one page.
pub const PAGE_COUNT_MAX: usize = 100;
/// Most conversations in an inbox answer.
pub const INBOX_COUNT_MAX: usize = 500;
/// Characters of a preview.
pub const PREVIEW_CHARACTERS_MAX: usize = 120;
/// Events replayed for one socket before it is told to fetch anew.
pub const REPLAY_EVENTS_COUNT_MAX: usize = 10_000;
/// Mail waiting in front of one actor.
pub const ACTOR_CREDITS: usize = 1_024;
/// Time a conversation's actor stays awake without anything to do.
pub const CONVERSATION_IDLE_MS: u64 = 60_000;

/// Proposals waiting for agreement, by count.
pub const PROPOSALS_IN_FLIGHT_COUNT_MAX: usize = 4_096;
/// Proposals waiting for agreement, by bytes.
pub const PROPOSALS_IN_FLIGHT_SIZE_BYTES_MAX: usize = 16 * 1024 * 1024;

const _: () = assert!(
    MESSAGE_SIZE_BYTES_MAX * 2 < FRAME_SIZE_BYTES_MAX,
    "a message with every byte escaped fits a frame"
);
const _: () = assert!(FRAME_SIZE_BYTES_MAX < HTTP_BODY_SIZE_BYTES_MAX);
const _: () = assert!(SOCKET_WRITE_BUFFER_SIZE_BYTES < OUTBOX_SIZE_BYTES_MAX);
const _: () = assert!(FRAME_BEFORE_SIGN_IN_SIZE_BYTES_MAX < FRAME_SIZE_BYTES_MAX);
const _: () = assert!(COMMANDS_PER_SOCKET_IN_FLIGHT_MAX < PROPOSALS_IN_FLIGHT_COUNT_MAX);
const _: () = assert!((RECEIPT_EVENTS_MEMBERS_MAX as usize) < MEMBERS_COUNT_MAX as usize);
const _: () = assert!(MEMBERS_AT_CREATION_COUNT_MAX < MEMBERS_COUNT_MAX as usize);
const _: () = assert!(PASSWORD_CHARACTERS_MIN < PASSWORD_SIZE_BYTES_MAX);
const _: () = assert!(RELATIONS_COUNT_MAX < MEMBERS_AT_CREATION_COUNT_MAX);
