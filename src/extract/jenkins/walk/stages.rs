//! Stages and branches: which jobs there are, and what each waits for.

use super::{Draft, MAX_NEEDS, Tokens, Walker};
use crate::pipeline::Job;
use crate::syntax::groovy::{Argument, Call};

impl<'t> Walker<'_, 't> {
    /// A job that waits for all that is done so far.
    pub(super) fn new_job(&mut self, name: &str) -> usize {
        let name = if name.is_empty() { "stage" } else { name };
        let mut id = name.to_owned();
        let mut n = 1;
        while !self.ids.insert(id.clone()) {
            n += 1;
            id = format!("{name} {n}");
        }
        let needs = self.frontier.iter().take(MAX_NEEDS).cloned().collect();
        self.frontier.truncate(MAX_NEEDS);
        let job = Job { id, needs, image: self.image.clone(), ..Job::default() };
        self.jobs.push(Draft { job, is_live: false, is_dropped: false, is_loose: false });
        self.jobs.len() - 1
    }

    pub(super) fn stage(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        let (job, is_loose, image) = (self.job, self.is_loose, self.image.clone());
        let index = self.new_job(name);
        (self.job, self.is_loose) = (Some(index), false);
        inside(self);
        let has_parts = self.jobs.len() > index + 1;
        let draft = &mut self.jobs[index];
        if !draft.is_live && has_parts {
            draft.is_dropped = true;
        } else if !draft.is_live {
            draft.is_live = true;
            self.frontier = vec![draft.job.id.clone()];
        }
        // What stands outside of stages behind this one comes after it.
        self.job = if is_loose { None } else { job };
        self.is_loose = false;
        self.image = image;
    }

    pub(super) fn parallel(&mut self, call: &Call<'t>) {
        let script = self.values.script;
        let mut branches = self.branches_of(&call.arguments);
        for argument in call.arguments.iter().filter(|it| it.name.is_none()) {
            if let Some(entries) = script.elements(&argument.value) {
                branches.extend(self.branches_of(&entries));
            } else if let Some(name) = script.words(&argument.value).next() {
                branches.extend(self.branches.remove(name).unwrap_or_default());
            }
        }
        if branches.is_empty() {
            return self.arguments(call);
        }
        self.parallel_of(branches);
    }

    /// The entries that name what is done side by side.
    pub(super) fn branches_of(&self, entries: &[Argument<'t>]) -> Vec<(String, Tokens)> {
        let script = self.values.script;
        let is_branch = |it: &&Argument<'t>| it.name.is_some_and(|name| name != "failFast");
        let body = |it: &Argument<'t>| {
            let named = script.name(&it.value).and_then(|name| self.methods.get(name));
            let named = named.filter(|it| it.is_closure).map(|it| it.body.clone());
            script.closure(&it.value).or(named).unwrap_or_else(|| it.value.clone())
        };
        entries.iter().filter(is_branch).map(|it| (it.name.unwrap_or_default().to_owned(), body(it))).collect()
    }

    pub(super) fn parallel_of(&mut self, branches: Vec<(String, Tokens)>) {
        self.side_by_side(branches, |it, (name, body)| it.stage(&name, |it| it.steps(body)));
    }

    pub(super) fn side_by_side<T>(&mut self, branches: Vec<T>, mut walk: impl FnMut(&mut Self, T)) {
        let before = self.frontier.clone();
        let mut after: Vec<String> = Vec::new();
        for branch in branches {
            self.frontier.clone_from(&before);
            walk(self, branch);
            for it in std::mem::take(&mut self.frontier) {
                if after.len() < MAX_NEEDS && !after.contains(&it) {
                    after.push(it);
                }
            }
        }
        self.frontier = if after.is_empty() { before } else { after };
    }
}
