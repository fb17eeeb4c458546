/**
 * Expressions of readers' files: numbers, names, + − * / ^, comparisons, "and", "or", and a few
 * functions. A parser of its own, since an expression from outside may do nothing but
 * arithmetic: no assignment, no property, no loop, and a bound on length and depth.
 */
import { assert } from "./assert.ts";

/** The value of an expression where names have these values, in the order they were given. */
export type Compiled = (values: ArrayLike<number>) => number;

export interface ExpressionError {
  /** From 0. */
  readonly index: number;
  readonly message: string;
}

export interface Expression {
  readonly value: Compiled;
  /** Places of the names it uses, in the list given. */
  readonly usedIds: ReadonlySet<number>;
}

const LENGTH_MAX = 500;
const DEPTH_MAX = 30;

const FUNCTIONS: Readonly<Record<string, (...values: number[]) => number>> = {
  min: Math.min,
  max: Math.max,
  abs: Math.abs,
  ceil: Math.ceil,
  floor: Math.floor,
  round: Math.round,
  sqrt: Math.sqrt,
  log2: Math.log2,
};

type Binary = (a: number, b: number) => number;

/** Weakest first; those of one row bind alike, from the left. */
const LEVELS: readonly Readonly<Record<string, Binary>>[] = [
  { or: (a, b) => Number(a !== 0 || b !== 0) },
  { and: (a, b) => Number(a !== 0 && b !== 0) },
  {
    "<=": (a, b) => Number(a <= b),
    ">=": (a, b) => Number(a >= b),
    "==": (a, b) => Number(a === b),
    "!=": (a, b) => Number(a !== b),
    "<": (a, b) => Number(a < b),
    ">": (a, b) => Number(a > b),
  },
  { "+": (a, b) => a + b, "-": (a, b) => a - b },
  { "*": (a, b) => a * b, "/": (a, b) => a / b },
];

const TOKEN =
  /\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)|([A-Za-z_]\w*)|(<=|>=|==|!=|[-+*/^(),<>%]))/y;

interface Token {
  readonly text: string;
  readonly kind: "number" | "name" | "sign";
  readonly index: number;
}

/** Parses once, runs many times; names are those given, anything else is an error. */
export function compileExpression(
  text: string,
  names: readonly string[],
): Expression | ExpressionError {
  if (text.length > LENGTH_MAX)
    return { index: 0, message: `longer than ${LENGTH_MAX} characters` };
  const tokens = tokensOf(text);
  if (!Array.isArray(tokens)) return tokens;
  const parser = new Parser(tokens, names, text.length);
  try {
    return parser.whole();
  } catch (error) {
    if (error instanceof Misread) return { index: error.index, message: error.message };
    throw error;
  }
}

class Misread extends Error {
  readonly index: number;
  constructor(index: number, message: string) {
    super(message);
    this.index = index;
  }
}

function tokensOf(text: string): Token[] | ExpressionError {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  while (/\S/.test(text.slice(pattern.lastIndex))) {
    const start = pattern.lastIndex;
    const found = pattern.exec(text);
    if (found === null) return { index: start, message: "a character that is no part of one" };
    const [whole, number, name, sign] = found;
    const kind = number === undefined ? (name === undefined ? "sign" : "name") : "number";
    const own = number ?? name ?? sign ?? "";
    tokens.push({ text: own, kind, index: start + whole.length - own.length });
  }
  return tokens;
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #names: readonly string[];
  readonly #end: number;
  readonly #used = new Set<number>();
  #at = 0;

  constructor(tokens: readonly Token[], names: readonly string[], end: number) {
    this.#tokens = tokens;
    this.#names = names;
    this.#end = end;
  }

  whole(): Expression {
    const value = this.#level(0, 0);
    const rest = this.#peek();
    if (rest !== undefined) throw new Misread(rest.index, `"${rest.text}" where it should end`);
    return { value, usedIds: this.#used };
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #take(text: string): boolean {
    if (this.#peek()?.text !== text || this.#peek()?.kind === "number") return false;
    this.#at++;
    return true;
  }

  #level(level: number, depth: number): Compiled {
    if (depth > DEPTH_MAX) throw new Misread(this.#end, `nesting deeper than ${DEPTH_MAX}`);
    const operators = LEVELS[level];
    if (operators === undefined) return this.#signed(depth);
    let left = this.#level(level + 1, depth);
    for (;;) {
      const token = this.#peek();
      const operator =
        token === undefined || !Object.hasOwn(operators, token.text)
          ? undefined
          : operators[token.text];
      if (operator === undefined) return left;
      this.#at++;
      const [a, b] = [left, this.#level(level + 1, depth)];
      left = (values) => operator(a(values), b(values));
    }
  }

  #signed(depth: number): Compiled {
    if (this.#take("-")) {
      const value = this.#signed(depth + 1);
      return (values) => -value(values);
    }
    const base = this.#single(depth);
    if (!this.#take("^")) return base;
    const power = this.#signed(depth + 1);
    return (values) => base(values) ** power(values);
  }

  #single(depth: number): Compiled {
    const token = this.#peek();
    if (token === undefined) throw new Misread(this.#end, "an end where a value should be");
    this.#at++;
    if (token.kind === "number") return this.#number(Number(token.text));
    if (token.text === "(") return this.#closed(this.#level(0, depth + 1));
    if (token.kind === "sign") throw new Misread(token.index, `"${token.text}" without a value`);
    return this.#take("(") ? this.#call(token, depth) : this.#name(token);
  }

  /** "90%" is 0.9. */
  #number(value: number): Compiled {
    const own = this.#take("%") ? value / 100 : value;
    return () => own;
  }

  #closed(value: Compiled): Compiled {
    if (this.#take(")")) return value;
    throw new Misread(this.#peek()?.index ?? this.#end, "a bracket that is not closed");
  }

  #name({ text, index }: Token): Compiled {
    const id = this.#names.indexOf(text);
    if (id === -1) throw new Misread(index, `the unknown name "${text}"`);
    this.#used.add(id);
    return (values) => values[id] ?? Number.NaN;
  }

  #call({ text, index }: Token, depth: number): Compiled {
    const called = Object.hasOwn(FUNCTIONS, text) ? FUNCTIONS[text] : undefined;
    if (called === undefined) throw new Misread(index, `the unknown function "${text}"`);
    const given = [this.#level(0, depth + 1)];
    while (this.#take(",")) given.push(this.#level(0, depth + 1));
    const [first] = given;
    assert(first !== undefined, "a call has a value");
    const isOne = called.length === 1;
    if (isOne && given.length > 1) throw new Misread(index, `${text} of more than one value`);
    return this.#closed((values) => called(...given.map((value) => value(values))));
  }
}
