//! What happens: changes as events, and through a WebSocket.

use std::convert::Infallible;

use axum::{
    extract::{
        State,
        ws::{Message, WebSocketUpgrade},
    },
    response::{
        Response,
        sse::{Event, Sse},
    },
    routing::{any, get},
};
use cors_runtime::CorsRouter;
use futures_util::{Stream, stream};
use tokio::sync::broadcast::Receiver;

use super::App;

/// Under the default policy: it refuses sockets of other pages, which CORS itself would not.
pub(crate) fn router() -> CorsRouter<App> {
    CorsRouter::new()
        .route("/events", get(events))
        .route("/socket", any(socket))
}

async fn events(State(app): State<App>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    Sse::new(stream::unfold(app.changes.subscribe(), next_event))
}

async fn next_event(
    mut changes: Receiver<String>,
) -> Option<(Result<Event, Infallible>, Receiver<String>)> {
    let name = changes.recv().await.ok()?;
    Some((Ok(Event::default().data(name)), changes))
}

async fn socket(State(app): State<App>, upgrade: WebSocketUpgrade) -> Response {
    let mut changes = app.changes.subscribe();
    upgrade.on_upgrade(async move |mut socket| {
        while let Ok(name) = changes.recv().await {
            if socket.send(Message::text(name)).await.is_err() {
                break;
            }
        }
    })
}
