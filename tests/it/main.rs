//! The one integration test binary: tests are data, the modules here are the harnesses that read it.

mod assess;
mod changes;
mod cli;
mod config;
mod docs;
mod extract;
mod formats;
#[cfg(feature = "github")]
mod github;
mod hcl;
mod house;
mod indicators;
mod law;
mod link;
mod orgs;
mod output;
mod pairs;
mod placement;
mod promises;
mod provisioning;
mod recipes;
mod references;
mod repos;
mod robust;
mod traps;
