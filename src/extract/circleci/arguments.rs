//! What the parameters of a command, a job or an executor are where it is called.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::resolve::values::{Marks, Variables, fill_in};
use crate::syntax::yaml::{Kind, Node};

/// The values that `<< … >>` stands for in one definition, as one call of it gives them.
#[derive(Clone, Default)]
pub(super) struct Arguments<'r> {
    texts: Variables,
    /// Values that are no text (steps, an executor with parameters), and the values that hold in them.
    nodes: FxHashMap<&'r str, (Node<'r>, Rc<Arguments<'r>>)>,
}

impl<'r> Arguments<'r> {
    /// The pipeline's own parameters, by their defaults.
    pub(super) fn of_pipeline(root: Node<'r>) -> Self {
        let mut texts = Variables::default();
        for (name, parameter) in root.get("parameters").map(Node::entries).unwrap_or_default() {
            if let (Some(name), Some(default)) = (name.text(), parameter.get("default").and_then(Node::text)) {
                texts.set(&format!("pipeline.parameters.{name}"), Some(default));
            }
        }
        Arguments { texts, nodes: FxHashMap::default() }
    }

    /// What holds within a definition: what the call says, else the defaults. `pipeline` holds everywhere.
    pub(super) fn of_call(
        definition: Node<'r>,
        call: Option<Node<'r>>,
        around: &Rc<Arguments<'r>>,
        pipeline: &Rc<Arguments<'r>>,
    ) -> Rc<Self> {
        let Some(parameters) = definition.get("parameters") else { return pipeline.clone() };
        let mut arguments = (**pipeline).clone();
        for (name, parameter) in parameters.entries() {
            let Some(name) = name.text() else { continue };
            let (value, within) = match call.and_then(|it| it.get(name)) {
                Some(value) => (value, around),
                None => match parameter.get("default") {
                    Some(default) => (default, pipeline),
                    None => continue,
                },
            };
            if let Some(text) = value.text() {
                if let Some((node, within)) = within.node(text) {
                    arguments.nodes.insert(name, (*node, within.clone()));
                    continue;
                }
                let text = within.fill(text);
                arguments
                    .texts
                    .set(&format!("parameters.{name}"), Some(&text).filter(|it| !it.contains("${{")).map(|it| &**it));
            } else if value.resolved().kind() != Kind::Alias {
                arguments.nodes.insert(name, (value, within.clone()));
            }
        }
        Rc::new(arguments)
    }

    /// A text with what its file says of the parameters in it; what isn't known becomes an expression.
    pub(super) fn fill<'t>(&self, text: &'t str) -> std::borrow::Cow<'t, str> {
        fill_in(text, Marks::Circle, &self.texts)
    }

    /// The value of a parameter, where a text is that parameter and the value is no text.
    pub(super) fn node(&self, text: &str) -> Option<&(Node<'r>, Rc<Arguments<'r>>)> {
        let name = text.trim().strip_prefix("<<")?.strip_suffix(">>")?.trim().strip_prefix("parameters.")?;
        self.nodes.get(name)
    }
}
