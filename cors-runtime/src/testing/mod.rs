//! A browser for your unit tests: what a page of another origin sees of your application.
//!
//! [`browser`] makes requests from a page, to your own [`Router`](axum::Router), as the Fetch
//! standard has it: the preflight where one is due, the *CORS check*, and the headers that a page
//! may read. No socket is opened. Behind the feature `testing`, which belongs under
//! `[dev-dependencies]`:
//!
//! ```toml
//! [dev-dependencies]
//! cors-runtime = { version = "0.1", features = ["testing"] }
//! ```
//!
//! ```
//! use cors_runtime::{CorsRouter, cors, routes, testing::{Step, browser}};
//!
//! #[cors(
//!     methods = "POST",
//!     origins = "https://app.example.com",
//!     allow_headers = "X-CSRF-Token",
//!     credentials,
//! )]
//! async fn add() {}
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let app = CorsRouter::new().route("/items", routes!(add)).into_router();
//!
//! let page = browser("https://app.example.com");
//! let seen = page.post("/items").header("x-csrf-token", "1").credentials().send(&app).await;
//! assert!(seen.is_readable(), "{seen}");
//!
//! let seen = page.delete("/items").send(&app).await;
//! assert_eq!(
//!     seen.to_string(),
//!     "blocked: the answer to the preflight has `Access-Control-Allow-Methods: POST`; it has to list \
//!      `DELETE`",
//! );
//!
//! let seen = browser("https://evil.example").post("/items").header("x-csrf-token", "1");
//! assert_eq!(seen.send(&app).await.blocked(), Some(Step::PreflightCheck));
//! # });
//! ```
//!
//! It shares no code with the rest of the crate, so that it can judge it: the tests of this crate
//! compare the two over millions of requests, and three browser engines with both.
//!
//! A [`Browser`] that lives on keeps cookies and the answers to preflights; redirects to another origin lead to
//! the application that [`Browser::at`] names there, with the page's origin `null` where the standard says so.
//!
//! What it does not do: service workers, upload listeners, stream bodies, fragments, and the list of public
//! suffixes (hosts are of one site where one is below the other).

mod browser;
mod cookies;
mod cors_check;
mod fault;
mod fetch;
mod preflight_cache;
mod request;
mod seen;
mod serialized;
mod standard;

use serialized::assert_serialized;

pub use browser::Browser;
pub use fetch::{Fetch, HERE};
pub use seen::{Blocked, Seen, Step};

/// A page of this origin, serialized as in `Origin` (`https://app.example.com`; `null` for a
/// sandboxed frame), in a browser of its own.
///
/// # Panics
///
/// Where no browser would serialize an origin so (`https://app.example.com/`, `localhost`): no policy lets
/// such a page in, and a test that expects it to be blocked would pass for the wrong reason.
#[track_caller]
pub fn browser(origin: &str) -> Page {
    assert_serialized(origin);
    Page {
        origin: origin.to_owned(),
    }
}

/// A page, which makes requests; made by [`browser`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Page {
    origin: String,
}

impl Page {
    /// A `GET` of this path and query.
    pub fn get(&self, path: &str) -> Fetch {
        self.request("GET", path)
    }

    /// A `POST` to this path and query.
    pub fn post(&self, path: &str) -> Fetch {
        self.request("POST", path)
    }

    /// A `PUT` to this path and query.
    pub fn put(&self, path: &str) -> Fetch {
        self.request("PUT", path)
    }

    /// A `PATCH` of this path and query.
    pub fn patch(&self, path: &str) -> Fetch {
        self.request("PATCH", path)
    }

    /// A `DELETE` of this path and query.
    pub fn delete(&self, path: &str) -> Fetch {
        self.request("DELETE", path)
    }

    /// A request of any method. As in a browser, `get` is `GET`, but `patch` is not `PATCH`.
    pub fn request(&self, method: &str, path: &str) -> Fetch {
        Fetch {
            origin: self.origin.clone(),
            path: path.to_owned(),
            method: method.to_owned(),
            headers: Vec::new(),
            credentials: false,
            body: String::new(),
            cookies: Vec::new(),
        }
    }
}
