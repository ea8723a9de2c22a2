//! A connected device that looks into its outbox when it is asked to.

use super::house::within;
use crate::directory::Connected;
use crate::frame::Frame;
use crate::node::Attached;
use crate::outbox::{Farewell, Item};
use crate::session::SessionMessage;

/// A connected device.
pub struct Device(pub Attached);

impl Device {
    pub fn connected(&self) -> &Connected {
        &self.0.connected
    }

    /// Everything that waits now.
    pub async fn take(&self) -> Result<Vec<Item>, Farewell> {
        let mut items = Vec::new();
        tokio::select! {
            biased;
            taken = self.0.connected.outbox.take(&mut items) => taken?,
            () = std::future::ready(()) => {}
        }
        Ok(items)
    }

    /// The frames of events that wait now.
    pub async fn events(&self) -> Vec<String> {
        let items = self.take().await.unwrap();
        items
            .iter()
            .filter(|item| matches!(item, Item::Event { .. }))
            .map(text_of)
            .collect()
    }

    /// The frames of typing and presence that wait now.
    pub async fn latest(&self) -> Vec<String> {
        let items = self.take().await.unwrap();
        items
            .iter()
            .filter(|item| matches!(item, Item::Latest { .. }))
            .map(text_of)
            .collect()
    }

    pub async fn mail(&self, message: impl FnOnce(crate::credits::Permit) -> SessionMessage) {
        self.0.mail.send(message).await.unwrap();
        // Handled when the permit is home.
        within(async {
            while self.0.mail.credits.in_use() > 0 {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
}

pub fn text(frame: &Frame) -> String {
    String::from_utf8(frame.to_vec()).unwrap()
}

pub fn text_of(item: &Item) -> String {
    match item {
        Item::Event { frame, .. } | Item::Latest { frame, .. } => text(frame),
    }
}
