//! What the scanner finds: blocks, labels, attributes and problems, in two flat lists.

use std::ops::Range;

use super::expression;

/// The blocks and attributes of a file, in file order.
#[derive(Debug, Default, PartialEq)]
pub struct Body<'a> {
    /// All blocks of all levels: a block comes before the blocks inside it.
    pub blocks: Vec<Block<'a>>,
    /// All attributes of all blocks.
    pub attributes: Vec<Attribute<'a>>,
    pub(super) labels: Vec<Label<'a>>,
}

impl Body<'_> {
    /// Nothing yet, with room for what a text of so many bytes usually has.
    pub(super) fn with_room(length: usize) -> Self {
        Body {
            blocks: Vec::with_capacity(length / 256 + 2),
            attributes: Vec::with_capacity(length / 64 + 2),
            labels: Vec::with_capacity(length / 256 + 2),
        }
    }
}

/// One block: `resource "aws_instance" "web" { … }`.
#[derive(Debug, PartialEq)]
pub struct Block<'a> {
    /// Its type: the word that it begins with.
    pub kind: &'a str,
    /// Byte offset of the type.
    pub at: usize,
    /// Index of the block around it in [`Body::blocks`].
    pub parent: Option<usize>,
    pub(super) index: usize,
    pub(super) labels: Range<usize>,
    /// The blocks and attributes inside, of all levels.
    pub(super) blocks: Range<usize>,
    pub(super) attributes: Range<usize>,
}

/// One label of a block.
#[derive(Debug, PartialEq)]
pub struct Label<'a> {
    /// As it is written, without quotes.
    pub text: &'a str,
    /// Where that text is.
    pub span: Range<usize>,
}

/// One attribute: `name = value`.
#[derive(Debug, PartialEq)]
pub struct Attribute<'a> {
    /// Its name, without quotes.
    pub name: &'a str,
    /// Where the name is.
    pub name_span: Range<usize>,
    /// The value as it is written, without comments around it.
    pub value: &'a str,
    /// Where the value is.
    pub value_span: Range<usize>,
    /// Index of the block around it in [`Body::blocks`].
    pub parent: Option<usize>,
    /// Whether a problem lies in the value: what is written there isn't all that was meant.
    pub damaged: bool,
}

/// Something that the scanner could not make sense of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Byte offset.
    pub at: usize,
    /// What kind of problem.
    pub kind: ProblemKind,
    /// What is wrong, in words.
    pub message: &'static str,
}

/// The kinds of problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// The syntax is broken.
    Syntax,
    /// A block is not closed: what another problem leads to, as often as one of its own.
    Unclosed,
    /// A placeholder of a template language (`{{ x }}`, `${{ x }}`, `<% x %>`) stands where HCL should.
    Placeholder,
    /// Nested deeper than we look.
    TooDeep,
}

impl<'a> Body<'a> {
    /// The blocks that lie in no other block.
    pub fn top_level(&self) -> impl Iterator<Item = &Block<'a>> {
        self.siblings(0..self.blocks.len())
    }

    /// The blocks directly inside a block.
    pub fn children(&self, block: &Block<'a>) -> impl Iterator<Item = &Block<'a>> {
        self.siblings(block.blocks.clone())
    }

    /// The labels of a block.
    pub fn labels(&self, block: &Block<'a>) -> &[Label<'a>] {
        &self.labels[block.labels.clone()]
    }

    /// The attributes directly inside a block.
    pub fn attributes(&self, block: &Block<'a>) -> impl Iterator<Item = &Attribute<'a>> {
        let inside = Some(block.index);
        self.attributes[block.attributes.clone()].iter().filter(move |attribute| attribute.parent == inside)
    }

    /// The attributes inside a block, of all levels, each with the type of the block that it lies in directly.
    pub fn all_attributes(&self, block: &Block<'a>) -> impl Iterator<Item = (&'a str, &Attribute<'a>)> {
        self.attributes[block.attributes.clone()].iter().map(|attribute| {
            let around = attribute.parent.and_then(|it| self.blocks.get(it));
            (around.map_or("", |it| it.kind), attribute)
        })
    }

    /// The attribute in whose value an offset lies.
    pub fn attribute_at(&self, offset: usize) -> Option<&Attribute<'a>> {
        let after = self.attributes.partition_point(|it| it.value_span.start <= offset);
        self.attributes[..after].last().filter(|it| it.value_span.contains(&offset))
    }

    /// The attribute of this name directly inside a block; the first, where there are several.
    pub fn attribute(&self, block: &Block<'a>, name: &str) -> Option<&Attribute<'a>> {
        self.attributes(block).find(|attribute| attribute.name == name)
    }

    /// The place of a block's head: its type and labels.
    pub fn head(&self, block: &Block<'a>) -> Range<usize> {
        let end = self.labels(block).last().map_or(block.at + block.kind.len(), |label| label.span.end);
        block.at..end
    }

    fn siblings(&self, range: Range<usize>) -> impl Iterator<Item = &Block<'a>> {
        let mut next = range.start;
        std::iter::from_fn(move || {
            let block = self.blocks[..range.end].get(next)?;
            next = block.blocks.end;
            Some(block)
        })
    }
}

impl Attribute<'_> {
    /// The value as an expression; plain literals are decoded without a parser.
    pub fn expression(&self) -> expression::Expression {
        expression::parse(self.value)
    }
}
