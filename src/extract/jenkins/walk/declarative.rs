//! Sections of declarative pipelines: agents, stages, what happens after them.

use super::Walker;
use crate::pipeline::Step;
use crate::pipeline::gate::Gate;
use crate::syntax::groovy::{Call, Item, Tokens};

impl<'t> Walker<'_, 't> {
    /// The parts of a declarative pipeline, or of a stage or a matrix in one.
    pub(super) fn section(&mut self, tokens: Tokens) {
        self.depth += 1;
        let image = self.image.clone();
        let script = self.values.script;
        let mut calls = Vec::new();
        for item in script.items(tokens) {
            if !self.may_go_on() {
                break;
            }
            match item {
                Item::Call(call) => calls.push(call),
                Item::Definition(it) => self.define(&it),
                Item::Closures(..) | Item::Import(_) => {}
            }
        }
        if let Some(agent) = calls.iter().find(|it| it.name == "agent" && it.receiver.is_none()) {
            self.agent(agent);
        }
        for call in &calls {
            let body = call.body(script);
            match (call.name, body) {
                ("stages" | "matrix", Some(body)) => self.section(body),
                ("stage", Some(body)) => self.declared_stage(call, body),
                ("parallel", Some(body)) => {
                    let stages = script.items(body).filter_map(|it| match it {
                        Item::Call(call) if call.name == "stage" => Some(call),
                        Item::Call(_) | Item::Definition(_) | Item::Closures(..) | Item::Import(_) => None,
                    });
                    let stages: Vec<(Call<'t>, Tokens)> =
                        stages.filter_map(|it| Some((it.body(script)?, it))).map(|(body, it)| (it, body)).collect();
                    self.side_by_side(stages, |it, (call, body)| it.declared_stage(&call, body));
                }
                ("steps" | "script" | "environment", Some(body)) => self.steps(body),
                ("post", Some(body)) => self.post(body),
                ("triggers", Some(_)) => self.triggers(call),
                ("input", _) => {
                    self.add(Step::Use("jenkins:input".to_owned()));
                    // It is asked before the stage begins, wherever in the stage it stands.
                    if let Some(draft) = self.job.and_then(|it| self.jobs.get_mut(it)) {
                        draft.job.gate = Some(Gate::Manual);
                    }
                }
                (
                    "agent" | "options" | "parameters" | "tools" | "when" | "axes" | "axis" | "excludes" | "failFast"
                    | "libraries" | "beforeAgent",
                    _,
                ) => {}
                _ => self.call(call),
            }
        }
        self.image = image;
        self.depth -= 1;
    }

    pub(super) fn declared_stage(&mut self, call: &Call<'t>, body: Tokens) {
        if self.may_go_on() {
            let name = call.named("name").or(call.first()).map(|it| self.values.text(it)).unwrap_or_default();
            self.stage(&name, |it| it.section(body));
        }
    }

    /// What is done in the end, under each of its conditions.
    pub(super) fn post(&mut self, tokens: Tokens) {
        let name = std::mem::replace(&mut self.loose_name, "post");
        let script = self.values.script;
        for item in script.items(tokens) {
            if let Item::Call(Call { closure: Some(closure), .. }) = item {
                self.steps(closure);
            }
        }
        self.loose_name = name;
    }

    /// Takes the image over that an agent runs in.
    pub(super) fn agent(&mut self, call: &Call<'t>) {
        let script = self.values.script;
        let Some(body) = call.body(script) else { return };
        for item in script.items(body) {
            let Item::Call(agent) = item else { continue };
            match (agent.name, agent.body(script)) {
                ("docker", Some(body)) => {
                    let image = script.items(body).find_map(|it| match it {
                        Item::Call(it) if it.name == "image" => it.first().cloned(),
                        Item::Call(_) | Item::Definition(_) | Item::Closures(..) | Item::Import(_) => None,
                    });
                    self.image = image.and_then(|it| self.image_of(&it));
                }
                ("docker", None) => self.image = agent.first().and_then(|it| self.image_of(it)),
                _ => self.image = None,
            }
        }
        if let Some(draft) = self.job.and_then(|it| self.jobs.get_mut(it)) {
            draft.job.image.clone_from(&self.image);
        }
    }
}
