//! Limits of people, conversations and what is said in them.
//!
//! Part of `limits.rs`, where they are found.

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
/// Time in which staff may edit a message outside what patients see (T-19), unless the clinic says otherwise.
pub const EDIT_WINDOW_S: u32 = 15 * 60;
/// The longest that a clinic can set it to.
pub const EDIT_WINDOW_S_MAX: u32 = 24 * 60 * 60;
/// Most versions of one message.
pub const VERSIONS_COUNT_MAX: u32 = 50;
/// Longest life of a session.
pub const SESSION_LIFETIME_MS: u64 = 12 * 60 * 60 * 1000;
/// Most live sessions of one person; the oldest ends when one more begins.
pub const SESSIONS_PER_PERSON_COUNT_MAX: usize = 10;
/// Most people of a care team, sites of a person, patients of a proxy.
pub const RELATIONS_COUNT_MAX: usize = 100;
/// How long a code is good by which somebody signs in for the first time.
pub const INVITATION_MS: u64 = 7 * 24 * 60 * 60 * 1000;
/// Threads of one conversation of which somebody says whether they follow them.
pub const THREADS_SAID_COUNT_MAX: usize = 64;
/// Unread messages of one conversation that are looked through for one that means the reader, the newest first.
pub const CALLS_LOOKED_AT_COUNT_MAX: usize = 128;
/// Events that one request looks through for the answers in a thread.
pub const THREAD_LOOKED_AT_COUNT_MAX: u64 = 2_000;
