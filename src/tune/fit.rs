//! Boosted trees from rows of features: the crate `forust-ml` fits, we write down what came out.

use anyhow::{Context, Result, ensure};
use forust_ml::constraints::{Constraint, ConstraintMap};
use forust_ml::gradientbooster::GrowPolicy;
use forust_ml::{GradientBooster, Matrix};

use crate::answer::model::{WrittenNode, WrittenTrees, write_tree};

/// Rows of features with what they should lead to.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// Row after row.
    features: Vec<f32>,
    /// 0 to 1: how right a row is.
    labels: Vec<f64>,
    weights: Vec<f64>,
}

impl Rows {
    pub fn push(&mut self, features: &[f32], label: f64, weight: f64) {
        self.features.extend_from_slice(features);
        self.labels.push(label);
        self.weights.push(weight);
    }

    /// The same rows, each weighing `factor` times as much.
    pub fn weighted(mut self, factor: f64) -> Rows {
        self.weights.iter_mut().for_each(|weight| *weight *= factor);
        self
    }

    pub fn append(&mut self, mut other: Rows) {
        self.features.append(&mut other.features);
        self.labels.append(&mut other.labels);
        self.weights.append(&mut other.weights);
    }

    /// How many of them are right.
    pub fn right(&self) -> usize {
        self.labels.iter().filter(|label| **label > 0.5).count()
    }

    pub fn len(&self) -> usize {
        self.labels.len()
    }
}

/// How many trees, and how large.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub trees: usize,
    /// Shrinkage of each tree (Friedman 2001).
    pub rate: f32,
    pub leaves: usize,
    /// The least evidence in a leaf, as the sum of the loss's second derivatives.
    pub leaf_weight: f32,
}

/// Features that can only speak for, or only against, whatever the examples say: what they do not show (a
/// collection of another kind) then goes the way it must.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct OneWay {
    pub speaks_for: &'static [&'static str],
    pub speaks_against: &'static [&'static str],
}

impl OneWay {
    fn constraints(self, names: &[&str]) -> ConstraintMap {
        let place = |name: &&str| names.iter().position(|known| known == name);
        let up = self.speaks_for.iter().filter_map(place).map(|place| (place, Constraint::Positive));
        let down = self.speaks_against.iter().filter_map(place).map(|place| (place, Constraint::Negative));
        up.chain(down).collect()
    }
}

/// The trees that minimise the logistic loss of the rows, features by `names`.
pub(super) fn fit(
    rows: &Rows,
    names: &[&str],
    one_way: OneWay,
    shape: Shape,
    seed: u64,
) -> Result<WrittenTrees> {
    let (count, width) = (rows.len(), names.len());
    let has_both =
        rows.labels.iter().any(|label| *label > 0.5) && rows.labels.iter().any(|label| *label < 0.5);
    ensure!(has_both, "the question sets give no right and wrong examples to learn from");
    let mut columns = vec![0.0_f64; count * width];
    for (row, features) in rows.features.chunks_exact(width).enumerate() {
        for (column, value) in features.iter().enumerate() {
            columns[column * count + row] = f64::from(*value);
        }
    }
    // The mean weight is 1, so that what a leaf needs does not depend on how rows are weighted.
    let mean = rows.weights.iter().sum::<f64>() / count as f64;
    let weights: Vec<f64> = rows.weights.iter().map(|weight| weight / mean).collect();
    let mut booster = GradientBooster::default()
        .set_iterations(shape.trees)
        .set_learning_rate(shape.rate)
        .set_max_depth(12)
        .set_max_leaves(shape.leaves)
        .set_min_leaf_weight(shape.leaf_weight)
        .set_l2(2.0)
        .set_seed(seed)
        .set_monotone_constraints(Some(one_way.constraints(names)))
        .set_initialize_base_score(true);
    booster.grow_policy = GrowPolicy::LossGuide;
    booster.fit(&Matrix::new(&columns, count, width), &rows.labels, &weights, None)?;
    written(&booster, names)
}

fn written(booster: &GradientBooster, names: &[&str]) -> Result<WrittenTrees> {
    let trees = booster.trees.iter().map(|tree| {
        let node = |place: usize| {
            let node = &tree.nodes[place];
            if node.is_leaf {
                return WrittenNode::Leaf(node.weight_value);
            }
            WrittenNode::Fork {
                feature: node.split_feature,
                threshold: node.split_value as f32,
                value: node.weight_value,
                less: node.left_child,
                other: node.right_child,
            }
        };
        ensure!(!tree.nodes.is_empty(), "a tree came out empty");
        Ok(write_tree(0, &node, names))
    });
    let trees: Result<Vec<String>> = trees.collect();
    Ok(WrittenTrees { base: booster.base_score as f32, trees: trees.context("the trees cannot be written")? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::model::{Trees, probability};

    #[test]
    fn what_is_learned_is_what_is_read_back_and_the_same_each_time() {
        let mut rows = Rows::default();
        for place in 0..400 {
            let (a, b) = ((place % 20) as f32 / 20.0, (place % 7) as f32);
            rows.push(&[a, b], if a > 0.5 && b > 2.0 { 1.0 } else { 0.0 }, 1.0);
        }
        let shape = Shape { trees: 30, rate: 0.3, leaves: 6, leaf_weight: 1.0 };
        let fit = |one_way| fit(&rows, &["a", "b"], one_way, shape, 7).unwrap();
        let fitted = fit(OneWay::default());
        assert_eq!(fitted.trees, fit(OneWay::default()).trees);
        let trees = Trees::read(&fitted, &["a", "b"]).unwrap();
        let likely = |a: f32, b: f32| probability(trees.score(&[a, b]));
        assert!(likely(0.9, 5.0) > 0.9 && likely(0.2, 5.0) < 0.1 && likely(0.9, 1.0) < 0.1);
        // What may only speak against cannot speak for, whatever the examples say.
        let held = fit(OneWay { speaks_for: &[], speaks_against: &["a"] });
        let held = Trees::read(&held, &["a", "b"]).unwrap();
        assert!(held.score(&[0.9, 5.0]) <= held.score(&[0.2, 5.0]));
    }
}
