/** A state that is replaced, never changed, and tells whoever listens. */
export class Store<S extends object> {
  private readonly listeners = new Set<() => void>();

  constructor(protected state: S) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly get = (): S => this.state;

  set(change: Partial<S>): void {
    this.state = { ...this.state, ...change };
    this.listeners.forEach(listener => {
      listener();
    });
  }
}
