//! The playground: an API, a page on another origin, and every step between the two, drawn.
//!
//! ```sh
//! cargo run --package cors-playground
//! ```
//!
//! It prints the address of the page. There, fire requests at the API, from the page's own origin, from a
//! second one and from a sandboxed frame, and see what the browser asked, what the server answered, and
//! which rule stopped what. `PORT` names another port for the page, `API_PORT` one for the API.
//!
//! `cors-playground check http://localhost:8080/items --origin https://app.example.com` says without a browser
//! whether a page could make that request of any service, and exits with 1 where it could not.
//!
//! - `api`: the API; its policies are what there is to look at;
//! - `record`: what the API's server saw and sent;
//! - `verdict`: what the Fetch standard makes of a request, by `cors_runtime::testing`;
//! - `check`: the same of any service, for a terminal and for CI;
//! - `stage`: the page's own server; its files are in `page/`.

mod api;
mod check;
mod record;
mod stage;
mod verdict;

use std::{env, io::Error, process::ExitCode};

use check::Check;
use clap::{Parser, Subcommand};
use record::Record;
use stage::Stage;
use tokio::net::TcpListener;

/// An API, a page on another origin, and every step of CORS between the two, drawn.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    Check(Check),
}

#[tokio::main]
async fn main() -> ExitCode {
    match Arguments::parse().command {
        Some(Command::Check(check)) => check.run().await,
        None => match play().await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("cors-playground: {error}");
                ExitCode::FAILURE
            }
        },
    }
}

async fn play() -> Result<(), Error> {
    let pages = listener("PORT", 3000).await?;
    let apis = listener("API_PORT", 3001).await?;
    let port = pages.local_addr()?.port();
    let record = Record::default();
    let stage = Stage {
        // One server, and two origins: to a browser the two names are two hosts.
        page: format!("http://localhost:{port}"),
        second: format!("http://127.0.0.1:{port}"),
        api: format!("http://localhost:{}", apis.local_addr()?.port()),
        record: record.clone(),
    };
    println!("the playground is at {}", stage.page);

    let api = record.of_all_through(api::router());
    let (api, pages) = tokio::join!(async { axum::serve(apis, api).await }, async {
        axum::serve(pages, stage::router(stage)).await
    },);
    api.and(pages)
}

/// Listens on loopback, at the port that a variable names, or at this one.
async fn listener(variable: &str, default: u16) -> Result<TcpListener, Error> {
    let port = env::var(variable).unwrap_or_else(|_| default.to_string());
    TcpListener::bind(format!("127.0.0.1:{port}")).await
}
