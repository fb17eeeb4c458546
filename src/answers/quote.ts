/** `bom --against`: a vendor's quote beside the bill that is needed. */
import { againstQuote } from "../cost/quote.ts";
import type { MaterialBill } from "../records/material.ts";
import type { QuoteAnswer, QuoteLine } from "../records/quote.ts";

export const answerQuote = (bill: MaterialBill, quote: readonly QuoteLine[]): QuoteAnswer =>
  againstQuote(bill, quote);
