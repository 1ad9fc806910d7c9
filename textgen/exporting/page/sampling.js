// Choosing a token: what the options leave of the distribution, then a draw; or the likeliest.

/** A number in [0, 1) that depends on a seed and a step alone (the integer hash `lowbias32`, Wellons 2018). */
export function uniform(seed, step) {
  return mixed(mixed(seed) + Math.imul(step + 1, 0x9e3779b9)) / 2 ** 32;
}

/** A seed that depends on several numbers. */
export function seedOf(...numbers) {
  return numbers.reduce((seed, number) => mixed(mixed(seed) + number), 0);
}

function mixed(value) {
  let x = value >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}

/** Rules out, in place, what a mask does not allow. */
export function ruleOut(logits, mask) {
  if (mask === null) return;
  for (let id = 0; id < logits.length; id++) if (!mask[id]) logits[id] = -Infinity;
}

/** Makes the tokens of a history less likely, in place (Keskar et al. 2019); ids below `first` are left as they are. */
export function penalise(logits, history, penalty, first) {
  for (const id of new Set(history)) {
    if (id >= first) logits[id] = logits[id] > 0 ? logits[id] / penalty : logits[id] * penalty;
  }
}

/**
 * Edits logits, in place, as the options say: temperature (above 0), top-k (Fan et al. 2018), top-p (Holtzman et al.
 * 2020), min-p (Nguyen et al. 2024). What is ruled out is minus infinity; at least one token survives.
 */
export function transform(logits, { temperature, top_k: topK, top_p: topP, min_p: minP }) {
  const top = likeliest(logits)[1];
  for (let id = 0; id < logits.length; id++) logits[id] = (logits[id] - top) / temperature;
  if (topK > 0 && topK < logits.length) keepAbove(logits, logits.toSorted()[logits.length - topK]);
  if (topP < 1) keepAbove(logits, nucleusBound(logits, topP));
  if (minP > 0) keepAbove(logits, Math.log(minP));
}

function keepAbove(logits, bound) {
  for (let id = 0; id < logits.length; id++) if (logits[id] < bound) logits[id] = -Infinity;
}

/** The least logit needed when the likeliest are taken until their probabilities reach a goal; the largest is 0. */
function nucleusBound(logits, goal) {
  let total = 0;
  for (const logit of logits) total += Math.exp(logit);
  for (const depth of [6, 12, Infinity]) {
    const part = []; // most nuclei are small, and sorting everything is slow
    let mass = 0;
    for (const logit of logits) {
      if (logit <= -depth) continue;
      part.push(logit);
      mass += Math.exp(logit);
    }
    if (mass < goal * total && depth < Infinity) continue;
    const sorted = Float32Array.from(part).sort();
    let taken = 0, place = sorted.length;
    do taken += Math.exp(sorted[--place]);
    while (taken < goal * total && place > 0);
    return sorted[place];
  }
}

/** The likeliest token, the first of several, and its logit. */
export function likeliest(logits) {
  let best = 0;
  for (let id = 1; id < logits.length; id++) if (logits[id] > logits[best]) best = id;
  return [best, logits[best]];
}

/** The token at a place, from 0 to 1, of the cumulative distribution. */
export function draw(logits, place) {
  let left = place * Math.exp(logTotal(logits)), last = 0;
  for (let id = 0; id < logits.length; id++) {
    if (logits[id] === -Infinity) continue;
    last = id;
    if ((left -= Math.exp(logits[id])) < 0) break;
  }
  return last;
}

/** The logarithm of the sum of the exponentials. */
export function logTotal(logits) {
  const top = likeliest(logits)[1];
  let sum = 0;
  for (let id = 0; id < logits.length; id++) sum += Math.exp(logits[id] - top);
  return top + Math.log(sum);
}
