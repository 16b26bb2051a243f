"""export.py CHECKPOINT.safetensors OUT.onnx [--table OTHER.safetensors] [--full-range]: the reader as one graph with weights in eight bits.

Weights that are multiplied keep to seven of the eight bits: processors without VNNI multiply with VPMADDUBSW, which adds
two products of an unsigned and a signed byte in 16 bits and cuts off what does not fit. 2 x 255 x 64 fits, so that a
processor with VNNI and one without give the same. The table of word pieces is only looked up and keeps its eight bits.
--full-range uses eight bits for both, for comparison. --table takes the table of word pieces from another checkpoint: as
training leaves the table alone, how many pieces pay can be decided afterwards.
"""
import argparse
import os
import tempfile

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

import reader

INPUTS = ["input_ids", "attention_mask", "token_type_ids"]


def export(checkpoint, out, table=None, full_range=False):
    model = reader.load(checkpoint)
    if table:
        model.pieces = reader.load(table).pieces
    with tempfile.TemporaryDirectory() as folder:
        whole, multiplied = os.path.join(folder, "whole.onnx"), os.path.join(folder, "multiplied.onnx")
        write_graph(model, whole)
        settings = dict(weight_type=QuantType.QInt8, per_channel=True)
        quantize_dynamic(whole, multiplied, op_types_to_quantize=["MatMul"], reduce_range=not full_range, **settings)
        quantize_dynamic(multiplied, out, op_types_to_quantize=["Gather"], **settings)


def write_graph(model, path):
    ids = torch.randint(1000, 2000, (1, 20))
    sizes = {name: {0: "rows", 1: "tokens"} for name in INPUTS + ["logits"]}
    torch.onnx.export(model, (ids, torch.ones_like(ids), torch.zeros_like(ids)), path, input_names=INPUTS,
                      output_names=["logits"], dynamic_axes=sizes, opset_version=17, dynamo=False)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("checkpoint")
    options.add_argument("out")
    options.add_argument("--table")
    options.add_argument("--full-range", action="store_true")
    settings = options.parse_args()
    export(settings.checkpoint, settings.out, settings.table, settings.full_range)
    print(f"{settings.out}: {os.path.getsize(settings.out):,} bytes")
