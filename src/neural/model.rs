//! The model itself: tokens in, a number for each start and each end out. Nothing else knows `rten`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use rten::{ModelOptions, NodeId, RunOptions, ThreadPool, Value};

/// What is read at a time.
#[derive(Debug, Clone)]
pub(super) struct Input {
    /// Word pieces with the marks around them.
    pub ids: Vec<i32>,
    /// From here on it is the second text.
    pub second: usize,
}

/// As many of each as there are ids.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Logits {
    pub starts: Vec<f32>,
    pub ends: Vec<f32>,
}

pub(super) struct Model {
    graph: rten::Model,
    ids: NodeId,
    mask: NodeId,
    /// Which text a token is of; not every model was trained with it.
    types: Option<NodeId>,
    outputs: Outputs,
}

enum Outputs {
    /// `logits`: batch × tokens × 2.
    Together(NodeId),
    /// `start_logits` and `end_logits`: batch × tokens each.
    Apart { starts: NodeId, ends: NodeId },
}

/// One window at a time is read in it, on one thread: how often a sum is divided would change the numbers.
pub(super) struct Lane(Arc<ThreadPool>);

impl Lane {
    pub fn new() -> Lane {
        Lane(Arc::new(ThreadPool::with_num_threads(1)))
    }
}

impl Model {
    /// The error says what is wrong with what the file holds.
    pub fn load(file: &Path) -> Result<Model, String> {
        // Weights laid out for the processor once take 20 MB and save half the time of each window.
        let load = || ModelOptions::with_all_ops().prepack_weights(true).load_file(file);
        let graph = unbroken(|| load().map_err(|error| error.to_string()))?;
        let (ids, mask, types) = inputs(&graph)?;
        let outputs = outputs(&graph)?;
        Ok(Model { graph, ids, mask, types, outputs })
    }

    /// The error says what went wrong in the model.
    pub fn run(&self, input: &Input, lane: &Lane) -> Result<Logits, String> {
        let logits = unbroken(|| self.computed(input, lane))?;
        let tokens = input.ids.len();
        if logits.starts.len() != tokens || logits.ends.len() != tokens {
            let (starts, ends) = (logits.starts.len(), logits.ends.len());
            return Err(format!("for {tokens} tokens it gives {starts} starts and {ends} ends"));
        }
        if !logits.starts.iter().chain(&logits.ends).all(|number| number.is_finite()) {
            return Err("what it gives are no numbers".to_owned());
        }
        Ok(logits)
    }

    fn computed(&self, input: &Input, lane: &Lane) -> Result<Logits, String> {
        let tokens = input.ids.len();
        let types = (0..tokens).map(|at| i32::from(at >= input.second)).collect();
        let mut inputs = vec![(self.ids, row(input.ids.clone())?), (self.mask, row(vec![1; tokens])?)];
        if let Some(node) = self.types {
            inputs.push((node, row(types)?));
        }
        let inputs = inputs.into_iter().map(|(node, row)| (node, row.into())).collect();
        let options = RunOptions::default().with_thread_pool(Some(lane.0.clone()));
        let run = |outputs: &[NodeId]| {
            self.graph.run(inputs, outputs, Some(options)).map_err(|error| error.to_string())
        };
        match self.outputs {
            Outputs::Together(node) => together(run(&[node])?),
            Outputs::Apart { starts, ends } => apart(run(&[starts, ends])?),
        }
    }
}

fn row(numbers: Vec<i32>) -> Result<Value, String> {
    Value::from_shape([1, numbers.len()], numbers).map_err(|error| error.to_string())
}

fn together(outputs: Vec<Value>) -> Result<Logits, String> {
    let [logits] = <[Value; 1]>::try_from(outputs).map_err(|_| "it gives nothing")?;
    let ([_, _, each], numbers) = logits.into_shape_vec::<f32, 3>().map_err(|error| error.to_string())?;
    if each != 2 {
        return Err(format!("it gives {each} numbers a token, not a start and an end"));
    }
    let (starts, ends) = numbers.chunks_exact(2).map(|pair| (pair[0], pair[1])).unzip();
    Ok(Logits { starts, ends })
}

fn apart(outputs: Vec<Value>) -> Result<Logits, String> {
    let [starts, ends] = <[Value; 2]>::try_from(outputs).map_err(|_| "it gives no starts and ends")?;
    let numbers = |value: Value| match value.into_shape_vec::<f32, 2>() {
        Ok((_, numbers)) => Ok(numbers),
        Err(error) => Err(error.to_string()),
    };
    Ok(Logits { starts: numbers(starts)?, ends: numbers(ends)? })
}

/// Ids, mask and types.
fn inputs(graph: &rten::Model) -> Result<(NodeId, NodeId, Option<NodeId>), String> {
    let (mut ids, mut mask, mut types) = (None, None, None);
    for &node in graph.input_ids() {
        match name(graph, node) {
            "input_ids" => ids = Some(node),
            "attention_mask" => mask = Some(node),
            "token_type_ids" => types = Some(node),
            other => return Err(format!("it wants an input '{other}' that is not known here")),
        }
    }
    let ids = ids.ok_or("it has no input 'input_ids'")?;
    let mask = mask.ok_or("it has no input 'attention_mask'")?;
    Ok((ids, mask, types))
}

fn outputs(graph: &rten::Model) -> Result<Outputs, String> {
    let named = |wanted: &str| graph.output_ids().iter().copied().find(|&node| name(graph, node) == wanted);
    match (named("start_logits"), named("end_logits"), named("logits")) {
        (Some(starts), Some(ends), _) => Ok(Outputs::Apart { starts, ends }),
        (_, _, Some(logits)) => Ok(Outputs::Together(logits)),
        _ => Err("it has neither an output 'logits' nor 'start_logits' and 'end_logits'".to_owned()),
    }
}

fn name(graph: &rten::Model, node: NodeId) -> &str {
    graph.node_info(node).and_then(|info| info.name()).unwrap_or("")
}

/// A damaged model must not end the program: what panics in it is an error like others.
fn unbroken<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err("it cannot be computed".to_owned()))
}
