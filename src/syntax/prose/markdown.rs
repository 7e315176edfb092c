//! Markdown, by the events of its parser.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::{Part, What};

pub(super) fn read(text: &str) -> Vec<Part> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS;
    let mut reader = Reader::default();
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        reader.event(event, range.start);
    }
    reader.flush();
    reader.parts
}

#[derive(Default)]
struct Reader {
    parts: Vec<Part>,
    /// The part that is being read.
    open: Option<Part>,
    /// The lists that are open: whether each is of steps.
    lists: Vec<bool>,
    /// The number that the list begins with whose first step comes next.
    first: Option<u64>,
    /// Whether the step is open that parts belong to.
    in_step: bool,
    /// Whether the rows of the table that is open are steps.
    is_steps: bool,
    /// Where the address goes of the link that is open.
    link: Option<String>,
    in_image: bool,
}

impl Reader {
    fn flush(&mut self) {
        if let Some(part) = self.open.take().filter(|it| matches!(it.what, What::Step(_)) || !it.text.trim().is_empty())
        {
            self.parts.push(part);
        }
    }

    fn start(&mut self, what: What, at: usize) {
        self.flush();
        let in_step = self.in_step && !matches!(what, What::Step(_));
        self.open = Some(Part { what, text: String::new(), at, in_step });
    }

    fn add(&mut self, text: &str, at: usize) {
        if self.in_image {
            return;
        }
        if self.open.is_none() {
            self.start(What::Text, at);
        }
        if let Some(part) = &mut self.open {
            part.text.push_str(text);
        }
    }

    fn event(&mut self, event: Event<'_>, at: usize) {
        match event {
            Event::Start(tag) => self.open_tag(tag, at),
            Event::End(tag) => self.close_tag(tag, at),
            Event::Text(text) | Event::Code(text) => self.add(&text, at),
            Event::SoftBreak | Event::HardBreak => self.add(" ", at),
            // An item of a check list: a step where it lies in no other step.
            Event::TaskListMarker(_) if self.lists.len() == 1 && !self.in_step => {
                let is_first = !matches!(self.lists.last(), Some(true));
                self.open = None;
                self.start(What::Step(is_first.then_some(1)), at);
                if let Some(list) = self.lists.last_mut() {
                    *list = true;
                }
                self.in_step = true;
            }
            _ => {}
        }
    }

    fn open_tag(&mut self, tag: Tag<'_>, at: usize) {
        match tag {
            Tag::Heading { level, .. } => self.start(What::Heading(level as u8), at),
            Tag::List(number) => {
                self.flush();
                let is_steps = number.is_some() && self.lists.is_empty();
                if is_steps {
                    self.first = Some(number.unwrap_or(1));
                }
                self.lists.push(is_steps);
            }
            Tag::Item => {
                if self.lists == [true] {
                    self.in_step = false;
                    let first = self.first.take();
                    self.start(What::Step(first), at);
                    self.in_step = true;
                } else {
                    if self.lists.len() == 1 {
                        self.in_step = false;
                    }
                    self.start(What::Text, at);
                }
            }
            // The first paragraph of an item is the item.
            Tag::Paragraph if self.open.as_ref().is_none_or(|it| !it.text.trim().is_empty()) => {
                self.start(What::Text, at);
            }
            Tag::CodeBlock(_) => self.start(What::Code, at),
            Tag::HtmlBlock => self.flush(),
            Tag::TableHead => self.start(What::Text, at),
            Tag::TableRow if self.is_steps => {
                let first = self.first.take();
                self.start(What::Step(first), at);
            }
            Tag::TableRow => self.start(What::Text, at),
            Tag::Link { dest_url, .. } => self.link = Some(dest_url.into_string()),
            Tag::Image { dest_url, .. } => {
                let part = Part { what: What::Image, text: dest_url.into_string(), at, in_step: self.in_step };
                self.parts.push(part);
                self.in_image = true;
            }
            _ => {}
        }
    }

    fn close_tag(&mut self, tag: TagEnd, at: usize) {
        match tag {
            TagEnd::Heading(_) | TagEnd::CodeBlock | TagEnd::TableRow | TagEnd::Paragraph => self.flush(),
            TagEnd::List(_) => {
                self.flush();
                self.lists.pop();
                if self.lists.is_empty() {
                    self.in_step = false;
                    self.first = None;
                }
            }
            TagEnd::Item => self.flush(),
            TagEnd::TableHead => {
                let head = self.open.as_ref().map_or("", |it| it.text.trim());
                let first = head.split(' ').next().unwrap_or("");
                self.is_steps = first.eq_ignore_ascii_case("step");
                self.first = self.is_steps.then_some(1);
                self.flush();
            }
            TagEnd::TableCell => self.add(" ", at),
            TagEnd::Table => {
                self.flush();
                self.is_steps = false;
                self.first = None;
            }
            TagEnd::Link => {
                if let Some(url) = self.link.take() {
                    self.add(" ", at);
                    self.add(&url, at);
                }
            }
            TagEnd::Image => self.in_image = false,
            _ => {}
        }
    }
}
