//! A policy that is written on the page: judged in the compiler's words, tried at `/yours`, and shown as the line
//! to copy.

use std::{
    fmt::Write,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{Router, extract::Request, response::IntoResponse, routing::any};
use cors_runtime::{CorsLayer, OriginSet, policy};
use serde::{Deserialize, Serialize};
use tower::ServiceExt;

/// The arguments as the page's fields have them; an empty one is left out.
#[derive(Clone, Deserialize)]
pub(crate) struct Written {
    methods: String,
    origins: String,
    credentials: bool,
    allow_headers: String,
    expose_headers: String,
    max_age: String,
}

/// What the page shows of it.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Judged {
    /// The line to copy.
    Line(String),
    /// What is wrong, and what to write.
    Problem(String),
}

/// The policy that was written last.
#[derive(Clone, Default)]
pub(crate) struct OwnPolicy(Arc<Mutex<Option<CorsLayer>>>);

impl OwnPolicy {
    /// Takes a policy where nothing is wrong with it.
    pub(crate) fn take(&self, written: &Written) -> Judged {
        match written.layer() {
            Err(problem) => Judged::Problem(problem),
            Ok(layer) => {
                *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(layer);
                Judged::Line(written.line())
            }
        }
    }

    /// A path with the policy that was written last; with none before.
    pub(crate) fn router(&self) -> Router {
        let own = self.clone();
        Router::new().route("/yours", any(move |request| own.answer(request)))
    }

    async fn answer(self, request: Request) -> impl IntoResponse {
        let layer = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let yours = Router::new().route("/yours", any(async || "yours"));
        let yours = match layer {
            Some(layer) => yours.layer(layer),
            None => yours,
        };
        yours.oneshot(request).await
    }
}

impl Written {
    fn layer(&self) -> Result<CorsLayer, String> {
        let mut builder = match self.origins.trim() {
            "" => CorsLayer::builder(policy!(open)),
            "*" => CorsLayer::builder(policy!(origins = "*")),
            origins => {
                let origins = origins.parse::<OriginSet>();
                let origins = origins.map_err(|error| format!("`origins`: {error}"))?;
                CorsLayer::builder(policy!()).origins(origins)
            }
        };
        builder = builder.methods(or_every(&self.methods));
        if self.credentials {
            builder = builder.credentials(true);
        }
        if !self.allow_headers.trim().is_empty() {
            builder = builder.allow_headers(&self.allow_headers);
        }
        if !self.expose_headers.trim().is_empty() {
            builder = builder.expose_headers(&self.expose_headers);
        }
        if !self.max_age.trim().is_empty() {
            let seconds = self.max_age.trim().parse();
            let problem = "`max_age`: a number of seconds is written in digits; write `600`";
            builder = builder.max_age(seconds.map_err(|_| problem.to_owned())?);
        }
        builder.build().map_err(|error| error.to_string())
    }

    /// The attribute.
    fn line(&self) -> String {
        let mut line = format!("#[cors(methods = {:?}", or_every(&self.methods));
        for (name, value) in [
            ("origins", &self.origins),
            ("allow_headers", &self.allow_headers),
            ("expose_headers", &self.expose_headers),
        ] {
            if !value.trim().is_empty() {
                let _ = write!(line, ", {name} = {:?}", value.trim());
            }
        }
        if !self.max_age.trim().is_empty() {
            let _ = write!(line, ", max_age = {}", self.max_age.trim());
        }
        if self.credentials {
            line.push_str(", credentials");
        }
        line.push_str(")]");
        line
    }
}

fn or_every(methods: &str) -> &str {
    match methods.trim() {
        "" => "*",
        methods => methods,
    }
}
