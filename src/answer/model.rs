//! Learned weights: boosted trees over named features, read from one file and walked.
//!
//! The file is written by `passim tune`. A score is the sum of one leaf of each tree, so that the same features
//! give the same score everywhere; [`Trees::contributions`] says what each feature brought to it.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A model as it stands in the file: the sum that nothing is known at, and its trees, each in one line.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenTrees {
    /// What is added to the sum of the leaves.
    pub base: f32,
    /// In preorder: `name<threshold@value` for a fork, whose first branch is taken where the feature is less than
    /// the threshold, and a bare number for a leaf. `value` is what the fork would say if it were a leaf.
    pub trees: Vec<String>,
}

#[derive(Debug, Error, PartialEq, Eq)]
pub enum ModelError {
    #[error("tree {tree} asks for the feature '{name}', which this version does not compute")]
    UnknownFeature { tree: usize, name: String },
    #[error("tree {tree} ends too early")]
    Truncated { tree: usize },
    #[error("tree {tree} goes on after its end with '{token}'")]
    Trailing { tree: usize, token: String },
    #[error("tree {tree}: '{token}' is neither a number nor 'name<threshold@value'")]
    Token { tree: usize, token: String },
}

/// A tree is a list of these: a fork's first branch stands right behind it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Node {
    Fork { feature: u16, threshold: f32, value: f32, other: u16 },
    Leaf(f32),
}

/// Boosted trees (Friedman 2001), ready to be walked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trees {
    base: f32,
    nodes: Vec<Node>,
    /// Where each tree starts in `nodes`.
    starts: Vec<u32>,
}

impl Trees {
    /// Reads a written model; its features are found by their names.
    pub fn read(written: &WrittenTrees, names: &[&str]) -> Result<Trees, ModelError> {
        let mut trees = Trees { base: written.base, ..Trees::default() };
        for (tree, line) in written.trees.iter().enumerate() {
            let start = trees.nodes.len();
            trees.starts.push(start as u32);
            let mut tokens = line.split(' ');
            trees.read_node(tree, start, &mut tokens, names)?;
            if let Some(token) = tokens.next() {
                return Err(ModelError::Trailing { tree, token: token.to_owned() });
            }
        }
        Ok(trees)
    }

    fn read_node<'t>(
        &mut self,
        tree: usize,
        start: usize,
        tokens: &mut impl Iterator<Item = &'t str>,
        names: &[&str],
    ) -> Result<(), ModelError> {
        let token = tokens.next().ok_or(ModelError::Truncated { tree })?;
        let wrong = || ModelError::Token { tree, token: token.to_owned() };
        let number = |text: &str| text.parse::<f32>().map_err(|_| wrong());
        let Some((name, rest)) = token.split_once('<') else {
            let leaf = number(token)?;
            self.nodes.push(Node::Leaf(leaf));
            return Ok(());
        };
        let (threshold, value) = rest.split_once('@').ok_or_else(wrong)?;
        let feature = names.iter().position(|known| *known == name);
        let feature = feature.ok_or_else(|| ModelError::UnknownFeature { tree, name: name.to_owned() })?;
        let (threshold, value) = (number(threshold)?, number(value)?);
        let place = self.nodes.len();
        self.nodes.push(Node::Leaf(0.0));
        self.read_node(tree, start, tokens, names)?;
        let other = (self.nodes.len() - start) as u16;
        self.nodes[place] = Node::Fork { feature: feature as u16, threshold, value, other };
        self.read_node(tree, start, tokens, names)
    }

    /// The score of one row of features: log-odds, any number.
    pub fn score(&self, features: &[f32]) -> f64 {
        let mut sum = f64::from(self.base);
        for start in &self.starts {
            let start = *start as usize;
            let mut place = start;
            loop {
                match self.nodes[place] {
                    Node::Leaf(value) => {
                        sum += f64::from(value);
                        break;
                    }
                    Node::Fork { feature, threshold, .. } if features[feature as usize] < threshold => {
                        place += 1;
                    }
                    Node::Fork { other, .. } => place = start + other as usize,
                }
            }
        }
        sum
    }

    /// What each feature brought to the score, and what was there before any: they add up to the score but for
    /// rounding. A fork's feature is credited with the change that the branch taken makes (Saabas 2014).
    pub fn contributions(&self, features: &[f32]) -> (f64, Vec<f64>) {
        let (mut before, mut brought) = (f64::from(self.base), vec![0.0; features.len()]);
        for start in &self.starts {
            let start = *start as usize;
            let value_at = |place: usize| match self.nodes[place] {
                Node::Leaf(value) | Node::Fork { value, .. } => f64::from(value),
            };
            let mut place = start;
            before += value_at(place);
            while let Node::Fork { feature, threshold, value, other } = self.nodes[place] {
                let feature = feature as usize;
                place = if features[feature] < threshold { place + 1 } else { start + other as usize };
                brought[feature] += value_at(place) - f64::from(value);
            }
        }
        (before, brought)
    }
}

/// The probability that log-odds stand for.
pub fn probability(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// The line of one tree, from its nodes as whoever fitted it knows them.
pub fn write_tree(root: usize, node: &impl Fn(usize) -> WrittenNode, names: &[&str]) -> String {
    let mut line = String::new();
    let mut open = vec![root];
    while let Some(place) = open.pop() {
        if !line.is_empty() {
            line.push(' ');
        }
        // Writing to a string cannot fail.
        let _ = match node(place) {
            WrittenNode::Leaf(value) => write!(line, "{}", rounded(value)),
            WrittenNode::Fork { feature, threshold, value, less, other } => {
                open.push(other);
                open.push(less);
                write!(line, "{}<{}@{}", names[feature], threshold, rounded(value))
            }
        };
    }
    line
}

/// A node of a tree that is to be written; `less` and `other` are its branches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum WrittenNode {
    Leaf(f32),
    Fork { feature: usize, threshold: f32, value: f32, less: usize, other: usize },
}

fn rounded(value: f32) -> f32 {
    (value * 1e4).round() / 1e4
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 2] = ["coverage", "words"];

    fn trees(lines: &[&str]) -> Result<Trees, ModelError> {
        let trees = lines.iter().map(|line| (*line).to_owned()).collect();
        Trees::read(&WrittenTrees { base: 0.5, trees }, &NAMES)
    }

    #[test]
    fn the_leaf_of_each_tree_is_added() {
        let model = trees(&["coverage<0.5@0.1 words<3@-0.2 -1 0.5 2", "0.25"]).unwrap();
        for (features, score) in [([0.4, 2.0], -0.25), ([0.4, 3.0], 1.25), ([0.5, 0.0], 2.75)] {
            assert_eq!(model.score(&features), score, "{features:?}");
            let (before, brought) = model.contributions(&features);
            assert!((before + brought.iter().sum::<f64>() - score).abs() < 1e-6, "{features:?}");
        }
        let (before, brought) = model.contributions(&[0.4, 3.0]);
        assert!((before - 0.85).abs() < 1e-6);
        assert!((brought[0] + 0.3).abs() < 1e-6 && (brought[1] - 0.7).abs() < 1e-6);
    }

    #[test]
    fn what_is_wrong_with_a_tree_is_said() {
        assert_eq!(
            trees(&["colour<1@0 1 2"]).unwrap_err().to_string(),
            "tree 0 asks for the feature 'colour', which this version does not compute"
        );
        assert_eq!(trees(&["1", "words<1@0 2"]).unwrap_err().to_string(), "tree 1 ends too early");
        assert_eq!(trees(&["1 2"]).unwrap_err().to_string(), "tree 0 goes on after its end with '2'");
        assert!(trees(&["words<x@0 1 2"]).unwrap_err().to_string().contains("'words<x@0'"));
        assert!(trees(&["words<1 1 2"]).unwrap_err().to_string().contains("'words<1'"));
    }

    #[test]
    fn a_tree_is_written_as_it_is_read() {
        let node = |place: usize| match place {
            0 => WrittenNode::Fork { feature: 1, threshold: 3.0, value: 0.1, less: 1, other: 2 },
            1 => WrittenNode::Leaf(-0.50001),
            _ => WrittenNode::Leaf(0.25),
        };
        assert_eq!(write_tree(0, &node, &NAMES), "words<3@0.1 -0.5 0.25");
    }
}
