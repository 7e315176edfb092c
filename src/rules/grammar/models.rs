//! How indicators place an organisation: `rules/models.yaml`.

use serde::Deserialize;

/// `rules/models.yaml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Models {
    /// The levels of the first model, from 0.
    pub levels: Vec<Level>,
    /// The stages of the second model, from 1.
    pub stages: Vec<Stage>,
    /// Ids of the indicators that ask the second model's six questions, in its order.
    pub questions: Vec<String>,
    /// What tells that it is time for a level.
    pub signals: Vec<Signal>,
    /// Id of the indicator that asks how many engineers there are.
    pub engineers: String,
    /// Which stage organisations of a size typically are at, the smallest first.
    pub sizes: Vec<Size>,
    /// Every row of the two models, in their order.
    pub rows: Vec<Row>,
}

/// One level of the first model.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Level {
    /// From 0.
    pub level: u8,
    /// Its name.
    pub name: String,
    /// What it means.
    pub meaning: String,
    /// Ids of the indicators that must be met.
    pub gates: Vec<String>,
}

/// One stage of the second model.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Stage {
    /// From 1.
    pub stage: u8,
    /// Its name.
    pub name: String,
    /// What it means.
    pub meaning: String,
    /// Ids of the indicators that must be met.
    pub gates: Vec<String>,
}

/// A signal that it is time for a level.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Signal {
    /// The indicator that asks for it.
    pub indicator: String,
    /// The level that it calls for.
    pub level: u8,
}

/// Where organisations of a size typically are.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Size {
    /// Fewer engineers than this; absent for the largest.
    pub below: Option<u64>,
    /// The stage.
    pub stage: u8,
}

/// A row of the models.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Row {
    /// Its id: `1.<level>.…` of the first model, `2.<stage>.…` of the second.
    pub row: String,
    /// What it says.
    pub says: String,
}

impl Models {
    /// Of which levels and stages an indicator is a gate, in words.
    pub fn gates_of(&self, indicator: &str) -> Vec<String> {
        let gates = |gates: &[String]| gates.iter().any(|it| it == indicator);
        let levels = self.levels.iter().filter(|it| gates(&it.gates));
        let stages = self.stages.iter().filter(|it| gates(&it.gates));
        levels
            .map(|it| format!("a gate of level {} ({})", it.level, it.name))
            .chain(stages.map(|it| format!("a gate of stage {} ({})", it.stage, it.name)))
            .collect()
    }
}
