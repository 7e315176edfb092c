//! GitHub: the one part that opens connections, and only when `levelset github` asks for it.
//!
//! ```text
//! api ─ where GitHub is      auth ─ who asks      pace ─ when, and for how long at most
//!          └──────────────┬─────────┴──────────────────┘
//!                      http ─► list ─► [Repository] ─► scan (git, cache, fetch) ─► [Facts]
//!                           └─► upload (delivery, ledger, sentences) ─► [Row]
//! ```
//!
//! The clock, waiting, the environment and files are given by the program; nothing here prints. Only `git` starts a program,
//! and only `cache` and `fetch` write, below the folder that is the cache's. A token is a [`auth::Token`],
//! which can't be shown.

pub mod api;
pub mod auth;
pub mod cache;
pub mod delivery;
pub mod fetch;
pub mod git;
pub mod http;
pub mod ledger;
pub mod list;
pub mod pace;
pub mod retry;
pub mod scan;
pub mod selection;
pub mod sentences;
pub mod upload;
