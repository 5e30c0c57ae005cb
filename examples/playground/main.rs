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
//! `cors-playground http://localhost:8080` has a service of yours play, in whatever language it is written: a
//! recording proxy stands before it, and the page may pass for one at any origin.
//!
//! `cors-playground check http://localhost:8080/items --origin https://app.example.com` says without a browser
//! whether a page could make that request of any service, and exits with 1 where it could not.
//!
//! - `api`: the API; its policies are what there is to look at; `own_policy`: the one that is written on the page;
//! - `service`, `proxy`, `translation`: your service, what stands before it, and whom the page passes for;
//! - `record`: what a server saw and sent; `secrets`: what is left out of that;
//! - `verdict`: what the Fetch standard makes of a request, by `cors_runtime::testing`;
//! - `check`: the same of any service, for a terminal and for CI;
//! - `stage`: the page's own server; its files are in `page/`;
//! - `run`, `guard`, `loopback`: who may speak to these servers, and where they listen.

mod api;
mod check;
mod guard;
mod loopback;
mod own_policy;
mod proxy;
mod record;
mod run;
mod secrets;
mod service;
mod stage;
mod translation;
mod verdict;

use std::{env, process::ExitCode};

use check::Check;
use clap::{Parser, Subcommand};
use guard::guarded;
use loopback::Loopback;
use own_policy::OwnPolicy;
use proxy::Proxy;
use record::Record;
use run::Run;
use service::{Service, path};
use stage::Stage;
use url::Url;

/// An API, a page on another origin, and every step of CORS between the two, drawn.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// A service of yours to play instead of the playground's own API, such as `http://localhost:8080/items`: the
    /// page begins with this path.
    service: Option<Url>,
}

#[derive(Subcommand)]
enum Command {
    Check(Check),
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match arguments.command {
        Some(Command::Check(check)) => check.run().await,
        None => match play(arguments.service).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(problem) => {
                eprintln!("cors-playground: {problem}");
                ExitCode::FAILURE
            }
        },
    }
}

async fn play(url: Option<Url>) -> Result<(), String> {
    let failed = |error: std::io::Error| error.to_string();
    let service = url.map(|url| Service::of(&url).map(|service| (service, path(&url).to_owned())));
    let service = service.transpose()?;
    let pages = Loopback::at(port("PORT", 3000)?).await.map_err(failed)?;
    let apis = Loopback::at(port("API_PORT", 3001)?)
        .await
        .map_err(failed)?;
    let (port, api_port) = (pages.port().map_err(failed)?, apis.port().map_err(failed)?);
    let stage = Stage {
        port,
        api_port,
        service: service.clone(),
        run: Run::new().map_err(|error| error.to_string())?,
        record: Record::default(),
        own_policy: OwnPolicy::default(),
    };
    let api = match service {
        Some((service, _)) => {
            println!("{} plays, by way of a proxy", service.origin());
            proxy::router(Proxy {
                service,
                page: stage.page(),
                run: stage.run.clone(),
                record: stage.record.clone(),
            })
        }
        None => {
            let app = api::router().merge(stage.own_policy.router());
            stage.record.of_all_through(app)
        }
    };
    println!("the playground is at {}", stage.page());

    let api = guarded(api, api_port);
    let page = guarded(stage::router(stage), port);
    let (api, pages) = tokio::join!(apis.serve(api), pages.serve(page));
    api.and(pages).map_err(failed)
}

/// The port that a variable names, or this one.
fn port(variable: &str, default: u16) -> Result<u16, String> {
    match env::var(variable) {
        Err(_) => Ok(default),
        Ok(text) => text
            .parse()
            .map_err(|_| format!("`{variable}` is not a port: `{text}`")),
    }
}
