// Stands for one choice of this page's life: the guidance line was read and put away. Refuses to hide it from patients.
export const guidance = $state({ hidden: false });
