import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { readTraining } from "../../../src/files/training.ts";
import type { Benched, KernelSample } from "../../../src/records/machine.ts";
import { kernelCalls } from "../../../src/tensor/kernel-class.ts";
import { recordedShapes } from "../../../src/training/recorded-shapes.ts";
import { fitLaws, fitMachine } from "../../../src/workload/compute/machine-fit.ts";
import { coreShare, kernelS, stepS } from "../../../src/workload/compute/machine-law.ts";

const close = (found: number, wanted: number, tolerance = 1e-3) =>
  ok(Math.abs(found / wanted - 1) < tolerance, `${found} is not ${wanted}`);

/** 2 µs a call, 1 ns for 100 multiply-adds, 1 ns for each element of the result. */
const productS = ([b = 1, m = 1, n = 1, k = 1]: readonly number[]) =>
  2e-6 + (b * m * n * k * 1e-9) / 100 + b * m * n * 1e-9;

const shapes = [64, 96, 128, 192].flatMap((m) =>
  [32, 80, 256].flatMap((n) => [48, 100].map((k) => [1, m, n, k])),
);

test("a law that holds is found, and holds at sizes that were never benched", () => {
  const samples = shapes.map((shape) => {
    return { kernel: "matmul forward", shape, durationS: productS(shape) };
  });
  const [law] = fitLaws(samples);
  for (const shape of [
    [1, 100, 60, 70],
    [1, 64, 256, 90],
    [1, 190, 33, 50],
  ]) {
    close(kernelS(law!, shape), productS(shape), 0.01);
  }
});

test("no coefficient is negative, whatever the noise", () => {
  const samples = shapes.map((shape, i) => {
    return {
      kernel: "matmul dgrad",
      shape,
      durationS: productS(shape) * (1 + 0.3 * ((i % 5) - 2)),
    };
  });
  ok(fitLaws(samples).every(({ coefficients }) => coefficients.every((c) => c >= 0)));
});

test("what the law leaves at near benches is taken over to sizes between them", () => {
  // Twice as slow at 100 elements as the law of all others has it: so it is at 101.
  const at = (count: number, durationS: number): KernelSample => {
    return { kernel: "norm", shape: [count], durationS };
  };
  const plain = [1000, 2000, 4000, 8000, 16000, 32000].map((count) => at(count, count * 1e-9));
  const [law] = fitLaws([...plain, at(100, 200e-9)]);
  const alone = law!.points.find(({ shape }) => shape[0] === 100)!;
  ok(kernelS(law!, [101]) > kernelS({ ...law!, points: [{ ...alone, factor: 1 }] }, [101]));
});

const mlp = await readTraining("mlp");
const trace = recordedShapes(mlp);
/** Each kernel takes a nanosecond for each number of its shape, multiplied out. */
const lengthS = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1e-9);

function benched(change: Partial<Benched> = {}): Benched {
  const calls = [{ kernel: "clear", shape: [trace.parameterCount] }, ...kernelCalls(trace)];
  const kernels = calls.map(({ kernel, shape }) => ({ kernel, shape, durationS: lengthS(shape) }));
  const wholeS = kernels.reduce((sum, { durationS }) => sum + durationS, 0);
  const program = { kernels, wholesS: [wholeS], exchangedBytes: 0, fillerS: 0 };
  return {
    ...{ stepTimesS: [1], programs: [program], exchanges: [], perOpS: 0, perStepS: 0 },
    ...change,
  };
}

const ALONE = { processCount: 1, coreCount: 2 };

test("a step is the sum of its kernels, its ops' overhead and its own", () => {
  const machine = fitMachine(benched({ perOpS: 1e-3, perStepS: 0.5 }), ALONE);
  const kernelsS = kernelCalls(trace).reduce((sum, { shape }) => sum + lengthS(shape), 0);
  const clearS = trace.parameterCount * 1e-9;
  close(stepS(trace, machine), kernelsS + clearS + 1e-3 * trace.ops.length + 0.5);
});

test("what whole programs lose beyond their parts is lost by the step, too", () => {
  const plain = benched();
  const [program] = plain.programs;
  const [wholeS = 0] = program!.wholesS;
  const slower = { ...program!, wholesS: [2 * wholeS, 3 * wholeS, 3 * wholeS] };
  const machine = fitMachine({ ...plain, programs: [slower] }, ALONE);
  close(stepS(trace, machine), 3 * stepS(trace, fitMachine(plain, ALONE)));
});

test("overhead is lost with the rest only where the programs had some", () => {
  const plain = benched({ perStepS: 1 });
  const [program] = plain.programs;
  const [wholeS = 0] = program!.wholesS;
  const factorOf = (fillerS: number) => {
    const slower = { ...program!, fillerS, wholesS: [3 * (wholeS + fillerS)] };
    return fitMachine({ ...plain, programs: [slower] }, ALONE);
  };
  const [without, filled] = [factorOf(0), factorOf(1)];
  close(stepS(trace, without), 3 * wholeS + 1);
  close(stepS(trace, filled), 3 * wholeS + 3);
});

test("four processes on two cores take twice as long, two or one as long as alone", () => {
  deepEqual(
    [1, 2, 3, 4].map((processCount) => coreShare({ processCount, coreCount: 2 })),
    [1, 1, 1.5, 2],
  );
});

test("an exchange is a latency and a time a byte, found from two sizes and added once", () => {
  // 1 ms and 1 ns a byte at 1 MB and at 2 MB; a whole program of four on two cores has twice its
  // kernels and the exchange, so nothing is lost beyond.
  const plain = benched();
  const [program] = plain.programs;
  const [wholeS = 0] = program!.wholesS;
  const exchanges = [1e6, 2e6].map((bytes) => ({ bytes, durationS: 1e-3 + bytes * 1e-9 }));
  const whole = { ...program!, exchangedBytes: 1e6, wholesS: [2 * wholeS + 2e-3] };
  const sharing = { processCount: 4, coreCount: 2 };
  const machine = fitMachine({ ...plain, exchanges, programs: [whole] }, sharing);
  close(machine.wholeFactor, 1);
  const head = { kind: "all-reduce", group: "data", phase: "backward" } as const;
  const collective = { ...head, name: "gradients", rankCount: 4, bytes: 3e6, op: 1 };
  close(stepS({ ...trace, collectives: [collective] }, machine), 2 * wholeS + 4e-3);
});

test("nothing measured of the step itself enters: its times change no bit", () => {
  const plain = fitMachine(benched(), ALONE);
  const scrambled = fitMachine(benched({ stepTimesS: [7, 3, 9e9] }), ALONE);
  equal(stepS(trace, scrambled), stepS(trace, plain));
});
