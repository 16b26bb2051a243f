//! Boosted trees from lists of rows: the crate `hessboost` fits, we write down what came out.

use anyhow::{Result, ensure};
use hessboost::config::{GrowPolicy, Monotone};
use hessboost::objective::{CustomLoss, GradPair, Objective};
use hessboost::prelude::{BoostedModel, DMatrix, TrainingParams, TreeMethod};
use hessboost::tree::RegTree;

use crate::answer::model::{WrittenNode, WrittenTrees, probability, write_tree};

/// Rows of features with what they should lead to, in lists: the rows of a list compete with each other.
#[derive(Debug, Clone, Default)]
pub(super) struct Rows {
    /// Row after row.
    features: Vec<f32>,
    /// 0 to 1: how right a row is.
    labels: Vec<f32>,
    weights: Vec<f32>,
    /// How many rows each list has.
    lists: Vec<usize>,
}

impl Rows {
    /// One list of features and labels.
    pub fn list<'f>(rows: impl IntoIterator<Item = (&'f [f32], f64)>) -> Rows {
        let mut list = Rows::default();
        for (features, label) in rows {
            list.features.extend_from_slice(features);
            list.labels.push(label as f32);
            list.weights.push(1.0);
        }
        list.lists.push(list.labels.len());
        list
    }

    /// The same rows, each weighing `factor` times as much.
    pub fn weighted(mut self, factor: f64) -> Rows {
        self.weights.iter_mut().for_each(|weight| *weight *= factor as f32);
        self
    }

    /// The same rows, those that are wrong weighing `factor` times as much.
    pub fn with_wrong_ones_weighing(mut self, factor: f64) -> Rows {
        let wrong = self.weights.iter_mut().zip(&self.labels).filter(|(_, label)| **label < 0.5);
        wrong.for_each(|(weight, _)| *weight *= factor as f32);
        self
    }

    pub fn append(&mut self, mut other: Rows) {
        self.features.append(&mut other.features);
        self.labels.append(&mut other.labels);
        self.weights.append(&mut other.weights);
        self.lists.append(&mut other.lists);
    }

    /// How many of them are right.
    pub fn right(&self) -> usize {
        self.labels.iter().filter(|label| **label > 0.5).count()
    }

    pub fn len(&self) -> usize {
        self.labels.len()
    }
}

/// What is asked of the trees.
#[derive(Debug, Clone, Copy)]
pub(super) enum Loss {
    /// Each row by itself: log-odds of being right.
    EachRow,
    /// The right row of each list before the others of it; `each` says how much rows count by themselves beside.
    WithinLists { each: f32 },
}

/// How many trees, and how large.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub trees: usize,
    /// Shrinkage of each tree (Friedman 2001).
    pub rate: f64,
    pub leaves: usize,
    /// The least evidence in a leaf, as the sum of the loss's second derivatives.
    pub leaf_weight: f64,
    /// The share of the features that each tree may use.
    pub features: f64,
}

/// Features that can only speak for, or only against, whatever the examples say: what they do not show (a
/// collection of another kind) then goes the way it must.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct OneWay {
    pub speaks_for: &'static [&'static str],
    pub speaks_against: &'static [&'static str],
}

impl OneWay {
    fn constraints(self, names: &[&str]) -> Vec<Monotone> {
        let of = |name: &&str| match () {
            () if self.speaks_for.contains(name) => Monotone::Increasing,
            () if self.speaks_against.contains(name) => Monotone::Decreasing,
            () => Monotone::None,
        };
        names.iter().map(of).collect()
    }
}

/// The trees that minimise the loss of the rows, features by `names`.
pub(super) fn fit(
    rows: &Rows,
    names: &[&str],
    (loss, one_way, shape): (Loss, OneWay, Shape),
    seed: u64,
) -> Result<WrittenTrees> {
    let has_both =
        rows.labels.iter().any(|label| *label > 0.5) && rows.labels.iter().any(|label| *label < 0.5);
    ensure!(has_both, "the question sets give no right and wrong examples to learn from");
    // The mean weight is 1, so that what a leaf needs does not depend on how rows are weighted.
    let mean = rows.weights.iter().sum::<f32>() / rows.len() as f32;
    let weights: Vec<f32> = rows.weights.iter().map(|weight| weight / mean).collect();
    let data = DMatrix::from_dense(&rows.features, rows.len(), names.len())?
        .with_labels(&rows.labels)?
        .with_weights(&weights)?;
    let parameters = TrainingParams::builder()
        .objective(Objective::custom(objective(loss, rows.lists.clone()).with_base_margin(base(rows))))
        .tree_method(TreeMethod::Hist)
        .grow_policy(GrowPolicy::LossGuide)
        .max_depth(12)
        .max_leaves(shape.leaves)
        .eta(shape.rate)
        .min_child_weight(shape.leaf_weight)
        .colsample_bytree(shape.features)
        .lambda(2.0)
        .monotone_constraints(one_way.constraints(names))
        .seed(seed)
        .build()?;
    written(&hessboost::prelude::train(&parameters, &data, shape.trees)?, names)
}

/// The log-odds of a row being right, before anything is known of it.
fn base(rows: &Rows) -> f32 {
    let all: f32 = rows.weights.iter().sum();
    let right: f32 = rows.labels.iter().zip(&rows.weights).map(|(label, weight)| label * weight).sum();
    let share = (right / all).clamp(1e-4, 1.0 - 1e-4);
    (share / (1.0 - share)).ln()
}

/// Within lists, the loss is −log Σ labelᵢ·pᵢ, where p is the softmax of the list's scores: where one row is right
/// it is that of ListNet (Cao et al. 2007), and where several are, any of them will do.
fn objective(loss: Loss, lists: Vec<usize>) -> CustomLoss {
    CustomLoss::new("passim", 1, move |scores, labels, weights, out| {
        let (within, each) = match loss {
            Loss::EachRow => (0.0, 1.0),
            Loss::WithinLists { each } => (1.0, each),
        };
        let mut start = 0;
        for length in &lists {
            let rows = start..start + length;
            start = rows.end;
            let shares = softmax(&scores[rows.clone()]);
            let labels = &labels[rows.clone()];
            let wanted: f32 = shares.iter().zip(labels).map(|(share, label)| share * label).sum();
            // In a list without any right row none comes before another.
            let within = if wanted > 0.0 { within } else { 0.0 };
            for (place, row) in rows.enumerate() {
                let (share, label) = (shares[place], labels[place]);
                let target = share * label / wanted.max(f32::MIN_POSITIVE);
                let alone = probability(f64::from(scores[row])) as f32;
                let slope = within * (share - target) + each * (alone - label);
                let bend = within * (2.0 * share * (1.0 - share)).max(1e-3) + each * alone * (1.0 - alone);
                let weight = weights.map_or(1.0, |weights| weights[row]);
                out[row] = GradPair::new(slope * weight, bend * weight);
            }
        }
    })
}

/// Shares that add up to 1, by the scores' exponentials.
fn softmax(scores: &[f32]) -> Vec<f32> {
    let most = scores.iter().copied().fold(f32::MIN, f32::max);
    let powers: Vec<f32> = scores.iter().map(|score| (score - most).exp()).collect();
    let all: f32 = powers.iter().sum();
    powers.into_iter().map(|power| power / all).collect()
}

fn written(model: &BoostedModel, names: &[&str]) -> Result<WrittenTrees> {
    let trees = model.trees().iter().map(|tree| {
        ensure!(tree.num_nodes() > 0, "a tree came out empty");
        let means = means(tree);
        let node = |place: usize| {
            let node = tree.node(place);
            if node.is_leaf() {
                return WrittenNode::Leaf(node.leaf_value);
            }
            WrittenNode::Fork {
                feature: node.split_feature as usize,
                threshold: node.split_cond,
                value: means[place],
                less: node.left as usize,
                other: node.right as usize,
            }
        };
        Ok(write_tree(0, &node, names))
    });
    Ok(WrittenTrees { base: model.base_score(), trees: trees.collect::<Result<_>>()? })
}

/// What each node's leaves say on average, weighted by the evidence in them.
fn means(tree: &RegTree) -> Vec<f32> {
    let mut means: Vec<f32> = tree.nodes().iter().map(|node| node.leaf_value).collect();
    // A node's children come after it.
    for (place, node) in tree.nodes().iter().enumerate().rev() {
        if node.is_leaf() {
            continue;
        }
        let (left, right) = (node.left as usize, node.right as usize);
        let (less, other) = (tree.node(left).sum_hess, tree.node(right).sum_hess);
        means[place] = (means[left] * less + means[right] * other) / (less + other);
    }
    means
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::model::Trees;

    const SHAPE: Shape = Shape { trees: 30, rate: 0.3, leaves: 6, leaf_weight: 1.0, features: 1.0 };

    #[test]
    fn what_is_learned_is_what_is_read_back_and_the_same_each_time() {
        let mut rows = Rows::default();
        for place in 0..400 {
            let (a, b) = ((place % 20) as f32 / 20.0, (place % 7) as f32);
            rows.append(Rows::list([(&[a, b][..], if a > 0.5 && b > 2.0 { 1.0 } else { 0.0 })]));
        }
        let fit = |one_way| fit(&rows, &["a", "b"], (Loss::EachRow, one_way, SHAPE), 7).unwrap();
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

    #[test]
    fn within_lists_only_what_tells_their_rows_apart_is_learned() {
        let mut rows = Rows::default();
        for place in 0..400 {
            // `a` is the same in all of a list: lists with much of it have two right rows, others one.
            let (a, b) = ((place % 2) as f32, (place % 7) as f32);
            let right = f64::from((place % 2) as u8);
            rows.append(Rows::list([
                (&[a, b + 2.0][..], 1.0),
                (&[a, b + 1.0][..], right),
                (&[a, b][..], 0.0),
            ]));
        }
        let learned = (Loss::WithinLists { each: 0.0 }, OneWay::default(), SHAPE);
        let trees = Trees::read(&fit(&rows, &["a", "b"], learned, 7).unwrap(), &["a", "b"]).unwrap();
        let score = |a: f32, b: f32| trees.score(&[a, b]);
        assert!(score(0.0, 5.0) > score(0.0, 3.0) + 0.5 && score(1.0, 5.0) > score(1.0, 3.0) + 0.5);
        let (by_a, by_b) = (score(1.0, 4.0) - score(0.0, 4.0), score(0.0, 5.0) - score(0.0, 3.0));
        assert!(by_a.abs() < by_b / 2.0, "{by_a} {by_b}");
    }
}
