/**
 * Decoders of parts of a JSON message: each gives the value as it should be, or throws a WireError
 * that says where, what was wanted and what came.
 */

import { WireError } from "./wire.js";

/** @param {unknown} value */
export function kindOf(value) {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "an array";
  /** @type {Record<string, string>} */
  const kinds = { object: "an object", string: "a string", boolean: "a boolean" };
  return kinds[typeof value] ?? "a number";
}

/** @type {(where: string, wanted: string, value: unknown) => WireError} */
export function wrong(where, wanted, value) {
  return new WireError(where, `wanted ${wanted}, got ${kindOf(value)}`);
}

/** @type {Decoder<string>} */
export function string(value, where) {
  if (typeof value !== "string") throw wrong(where, "a string", value);
  return value;
}

/** @type {Decoder<number>} */
export function integer(value, where) {
  if (typeof value !== "number" || !Number.isInteger(value)) throw wrong(where, "an integer", value);
  if (value < 0 || value >= 2 ** 64) throw new WireError(where, "number out of range");
  return value;
}

/** @type {Decoder<boolean>} */
export function boolean(value, where) {
  if (typeof value !== "boolean") throw wrong(where, "a boolean", value);
  return value;
}

/** @type {Decoder<number>} */
export function number(value, where) {
  if (typeof value !== "number") throw wrong(where, "a number", value);
  if (value < 0 || value > 1e300) throw new WireError(where, "number out of range");
  return value;
}

/** What an operation takes and gives is checked by the caller. @type {Decoder<unknown>} */
export const anything = (value) => value;

/** @type {(least: number, most: number) => Decoder<number>} */
export const integerWithin = (least, most) => (value, where) => {
  const given = integer(value, where);
  if (given < least || given > most) throw new WireError(where, "number out of range");
  return given;
};

/** @type {<T>(decode: Decoder<T>) => Decoder<T | null>} */
export const optional = (decode) => (value, where) => (value === null ? null : decode(value, where));

/** @type {<T>(decode: Decoder<T>) => Decoder<T[]>} */
export const array = (decode) => (value, where) => {
  if (!Array.isArray(value)) throw wrong(where, "an array", value);
  return value.map((item, position) => decode(item, `${where}[${position}]`));
};

/** @type {(most: number) => Decoder<string>} a text of so many characters at most */
export const stringWithin = (most) => (value, where) => {
  const text = string(value, where);
  // Code units are counted first: there are never fewer of them than characters.
  if (text.length > most && [...text].length > most) {
    throw new WireError(where, `${most} characters at most`);
  }
  return text;
};

/** @type {<T>(decode: Decoder<T>, most: number) => Decoder<T[]>} */
export const arrayWithin = (decode, most) => (value, where) => {
  if (Array.isArray(value) && value.length > most) {
    throw new WireError(where, `${most} items at most`);
  }
  return array(decode)(value, where);
};

/** @type {Decoder<Record<string, unknown>>} */
export const anyObject = (value, where) => {
  if (kindOf(value) !== "an object") throw wrong(where, "an object", value);
  return /** @type {Record<string, unknown>} */ (value);
};

/** Refuses what JSON.parse makes of 1e999, however deep it is. @type {Decoder<void>} */
export const finite = (value, where) => {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new WireError(where, "number out of range");
  }
  if (typeof value === "object" && value !== null) {
    for (const item of Object.values(value)) finite(item, where);
  }
};

/** @type {Decoder<Record<string, unknown>>} */
export const finiteObject = (value, where) => {
  finite(value, where);
  return anyObject(value, where);
};

/** An object with any names. @type {<T>(decode: Decoder<T>) => Decoder<Record<string, T>>} */
export const record = (decode) => (value, where) =>
  Object.fromEntries(
    Object.entries(anyObject(value, where)).map(([name, item]) => [
      name,
      decode(item, `${where}[...]`),
    ]),
  );

/** @type {<T>(fields: {[Name in keyof T]: Field<T[Name]>}) => Decoder<T>} */
export const object = (fields) => (value, where) => {
  const given = anyObject(value, where);
  /** @type {any} */
  const result = {};
  for (const [name, field] of Object.entries(fields)) {
    const [decode, ...fallback] = /** @type {Field<unknown>} */ (field);
    if (Object.hasOwn(given, name)) {
      result[name] = decode(given[name], `${where}.${name}`);
    } else if (fallback.length > 0) {
      result[name] = fallback[0];
    } else {
      throw new WireError(where, `field '${name}' is missing`);
    }
  }
  return result;
};
