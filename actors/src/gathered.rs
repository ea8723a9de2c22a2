//! What the edge asks of the disposable indexes: the queue, its figures, the charts. Whoever asks first on a node has them gathered.

use crate::node::Actors;
use crate::queue;
use corridor_domain::identity::Named;
use corridor_domain::ids::PersonId;
use std::io;
use std::sync::Arc;

impl Actors {
    /// A page of the queue. The first one on this node reads every patient conversation.
    pub async fn queue(&self, ask: &queue::Ask<'_>) -> io::Result<queue::Page> {
        self.gather_queue().await?;
        Ok(self.rooms.queue.look(|index| index.page(ask)).unwrap_or_default())
    }

    /// The figures of the queue for a viewer.
    pub async fn overview(&self, viewer: &queue::Viewer, now_ms: u64) -> io::Result<queue::Overview> {
        self.gather_queue().await?;
        let figures = self.rooms.queue.look(|index| index.overview(viewer, now_ms));
        Ok(figures.unwrap_or_default())
    }

    /// From now on the queue is known here, and who watches it is told what moves.
    pub async fn gather_queue(&self) -> io::Result<()> {
        if self.rooms.queue.is_gathered() {
            return Ok(());
        }
        let rooms = Arc::clone(&self.rooms);
        let gathered = tokio::task::spawn_blocking(move || rooms.queue.gather(&rooms.context.reader)).await;
        gathered.map_err(io::Error::other)?
    }

    /// What in a text about that patient is another one's. The first one on this node reads every person.
    pub async fn others_named(&self, body: &str, patient: PersonId) -> io::Result<Vec<Named>> {
        self.gather_charts().await?;
        Ok(self.rooms.charts.others_named(body, patient).unwrap_or_default())
    }

    /// What in a text tells that a patient is meant, whichever.
    pub async fn patients_named(&self, body: &str) -> io::Result<Vec<Named>> {
        self.gather_charts().await?;
        Ok(self.rooms.charts.patients_named(body).unwrap_or_default())
    }

    async fn gather_charts(&self) -> io::Result<()> {
        if self.rooms.charts.are_gathered() {
            return Ok(());
        }
        let rooms = Arc::clone(&self.rooms);
        let gathered = tokio::task::spawn_blocking(move || rooms.charts.gather(&rooms.context.reader)).await;
        gathered.map_err(io::Error::other)?
    }
}
