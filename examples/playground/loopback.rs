//! Listening on loopback, on both of its addresses.

use std::{
    io::{Error, ErrorKind},
    net::{Ipv4Addr, Ipv6Addr},
};

use axum::Router;
use tokio::net::TcpListener;

/// One port of `127.0.0.1` and of `[::1]`. A browser takes `localhost` for either, so whoever had the other
/// one would be shown in our place.
pub(crate) struct Loopback {
    v4: TcpListener,
    /// `None`: this machine has no such address.
    v6: Option<TcpListener>,
}

impl Loopback {
    /// Takes a port; 0 for any.
    pub(crate) async fn at(port: u16) -> Result<Self, Error> {
        let v4 = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
        let v4 = v4.map_err(|error| taken("127.0.0.1", port, &error))?;
        let port = v4.local_addr()?.port();
        let v6 = match TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
            Ok(listener) => Some(listener),
            Err(error) if error.kind() == ErrorKind::AddrInUse => {
                return Err(taken("[::1]", port, &error));
            }
            Err(_) => None,
        };
        Ok(Self { v4, v6 })
    }

    pub(crate) fn port(&self) -> Result<u16, Error> {
        Ok(self.v4.local_addr()?.port())
    }

    /// Serves `app` on both addresses.
    pub(crate) async fn serve(self, app: Router) -> Result<(), Error> {
        match self.v6 {
            None => axum::serve(self.v4, app).await,
            Some(v6) => {
                let other = app.clone();
                let (v4, v6) = tokio::join!(async { axum::serve(self.v4, app).await }, async {
                    axum::serve(v6, other).await
                },);
                v4.and(v6)
            }
        }
    }
}

fn taken(host: &str, port: u16, error: &Error) -> Error {
    let message =
        format!("`{host}:{port}` cannot be had ({error}); `PORT` and `API_PORT` name other ports");
    Error::new(error.kind(), message)
}
