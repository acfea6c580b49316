import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/**
 * Writes the type of a configuration out in full, each key with its comment, into the compiled declarations. The compiler
 * by itself leaves a formula over the schema there, of which an editor can show neither keys nor comments.
 *
 * @param root - the repository
 * @param declarations - the compiled declarations of the schema
 * @throws Error where the declarations have no such type any more
 */
export function documentConfiguration(root: string, declarations: string): void {
  const formula = /export type ConfigurationInput = [^;]+;/;
  const text = readFileSync(declarations, 'utf8');
  if (!formula.test(text)) throw new Error(`${declarations} declares no type ConfigurationInput`);
  const printed = new TypePrinter(root).print(join(root, 'lib/config/schema.ts'), 'ConfigurationInput');
  writeFileSync(
    declarations,
    text.replace(formula, () => `export type ConfigurationInput = ${printed};`),
  );
}

class TypePrinter {
  readonly #program: ts.Program;
  readonly #checker: ts.TypeChecker;

  constructor(root: string) {
    const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
    this.#program = ts.createProgram([join(root, 'lib/config/schema.ts')], options);
    this.#checker = this.#program.getTypeChecker();
  }

  print(file: string, name: string): string {
    const declaration = this.#program
      .getSourceFile(file)
      ?.statements.find((statement) => ts.isTypeAliasDeclaration(statement) && statement.name.text === name);
    if (declaration === undefined) throw new Error(`${file} declares no type ${name}`);
    return this.#type(this.#checker.getTypeAtLocation(declaration), '');
  }

  #type(type: ts.Type, indent: string): string {
    if (type.isUnion() && type.types.some((member) => this.#isObject(member))) {
      return type.types.map((member) => this.#type(member, indent)).join(' | ');
    }
    if (!this.#isObject(type)) {
      return this.#checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation);
    }
    if (this.#checker.isArrayType(type)) {
      const [item] = this.#checker.getTypeArguments(type as ts.TypeReference);
      return `Array<${item === undefined ? 'unknown' : this.#type(item, indent)}>`;
    }
    const entry = this.#checker.getIndexTypeOfType(type, ts.IndexKind.String);
    if (entry !== undefined) return `{ [name: string]: ${this.#type(entry, indent)} }`;
    const properties = this.#checker.getPropertiesOfType(type);
    return `{\n${properties.map((property) => this.#property(property, `${indent}  `)).join('')}${indent}}`;
  }

  #property(property: ts.Symbol, indent: string): string {
    const comment = ts.displayPartsToString(property.getDocumentationComment(this.#checker));
    const optional = (property.flags & ts.SymbolFlags.Optional) === 0 ? '' : '?';
    const type = this.#type(this.#checker.getTypeOfSymbol(property), indent);
    return `${comment === '' ? '' : `${indent}/** ${comment} */\n`}${indent}${property.name}${optional}: ${type};\n`;
  }

  #isObject(type: ts.Type): boolean {
    return (type.flags & ts.TypeFlags.Object) !== 0;
  }
}
