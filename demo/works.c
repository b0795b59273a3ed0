#include "works.h"

#define RULES  "Drawn by Rules"
#define PLACES "Invented Places"

const ag_room AG_DEMO_ROOMS[AG_ROOMS] = {
    {"Lines",
     RULES,
     "Art Guide's Plotter",
     "Art_Guides_Plotter",
     {{"Wind over Wheat", "Flow field: ribbons along Perlin noise, drawn by a program",
       "Ribbons follow a wind that noise invented. Each starts at a random place and goes on while "
       "there is room; the wide ones were laid first, so that the thin ones fill what was left.",
       ag_draw_wind, 1.32F, 6},
      {"Two Pendulums", "Harmonograph: sums of four damped oscillations, drawn by a program",
       "Two pendulums move a pen, two more move the paper, and all of them tire. Their beats are "
       "nearly, but not quite, in simple ratios; what is not quite draws the pattern.",
       ag_draw_pendulums, 1, 7},
      {"Coast Nobody Has Surveyed", "Fractal noise with contour lines, drawn by a program",
       "A map of a place that is not there. Its heights are five octaves of noise that sink "
       "towards the sheet's edge; woods, summits and rocks are where the heights allow.",
       ag_draw_coast, 1.28F, 3},
      {"Bottles, Hatched", "Still life of computed outlines and hatching, drawn by a program",
       "Bottles and fruit on a table. Outlines come from a few random proportions; the darker a "
       "side is, the more layers of hatching cross on it.",
       ag_draw_still_life, 1.22F, 11}}},
    {"Tiles",
     RULES,
     "Art Guide's Tiler",
     "Art_Guides_Tiler",
     {{"Fields and Corners", "Recursive subdivision of a rectangle, drawn by a program",
       "A rectangle is cut in two, and its parts again, until chance says that it is enough. The "
       "earlier a cut was made, the broader is its line.",
       ag_draw_grid, 0.84F, 6},
      {"Quarter Turns", "Multi-scale Truchet tiles after Carlson, drawn by a program",
       "Square tiles with arcs that always meet. A tile may be four smaller ones with figure and "
       "ground exchanged, and these again; two colours wander slowly over the whole.",
       ag_draw_arcs, 1, 4},
      {"Rose Window", "Voronoi cells in polar coordinates, drawn by a program",
       "Panes of glass in leading. Every pane holds all that is nearer to its own random point "
       "than to any other; within the rose, near is measured around the centre.",
       ag_draw_rose_window, 0.9F, 7},
      {"Court of Changing Stars", "Star pattern after Hankin's method, drawn by a program",
       "Two lines leave the middle of each tile's side and end where they meet a neighbour's. "
       "Their angle changes across the floor, so that no two stars are quite alike.",
       ag_draw_stars, 1.2F, 3}}},
    {"Growth",
     RULES,
     "Art Guide's Gardener",
     "Art_Guides_Gardener",
     {{"October Orchard", "Recursive branching, drawn by a program",
       "Trees that fork and fork again, each time a little shorter and thinner, with a slight "
       "wish to go up. The last twigs may have leaves; the others lie in the grass.",
       ag_draw_orchard, 1.3F, 7},
      {"Four Sunflowers, Counting", "Phyllotaxis: florets at the golden angle, drawn by a program",
       "Every floret stands 137.5 degrees on from the one before it, as in a real sunflower. "
       "Nobody drew the spirals: they are what the eye makes of the angle.",
       ag_draw_sunflowers, 0.78F, 3},
      {"Coral", "Turing pattern by activation and inhibition, drawn by a program",
       "It began as random dots. Each cell was helped by its near neighbours and hindered by "
       "those farther off, nine times over; where the balance tips, worms turn to islands.",
       ag_draw_coral, 1.15F, 6},
      {"Pebbles, Each with an Idea", "Circle packing, drawn by a program",
       "Nine thousand places were tried; a disc stays where there is room for it, as large as it "
       "can be. Then each was given two colours and one of five ideas.",
       ag_draw_pebbles, 0.8F, 4}}},
    {"Chaos",
     PLACES,
     "Art Guide's Calculator",
     "Art_Guides_Calculator",
     {{"A Point's Long Walk", "Strange attractor (Clifford), drawn by a program",
       "One point, moved over and over by the same two formulas. The picture counts how often it "
       "came by: it never returns to the same place, and never leaves the veil.",
       ag_draw_attractor, 1.25F, 3},
      {"Lightning in a Shell", "Julia set of a quadratic polynomial, drawn by a program",
       "Every point of the plane is squared and shifted until it flees. The colours tell how "
       "soon; the threads between them are the points that cannot make up their mind.",
       ag_draw_julia, 1.3F, 7},
      {"Waves That Never Repeat", "Quasicrystal: interference of plane waves, drawn by a program",
       "Plane waves cross from evenly spread directions. Their sum has order everywhere and "
       "repeats nowhere; it is shown as a map of heights in five inks.",
       ag_draw_waves, 1, 1},
      {"Marbled Paper", "Mathematical marbling after Jaffer, drawn by a program",
       "A hundred and thirty drops of ink, each pushing away what was there before, then thirteen "
       "teeth of a comb "
       "drawn through. No ink was mixed: every outline was only moved.",
       ag_draw_marbling, 0.76F, 2}}},
    {"Landscapes",
     PLACES,
     "Art Guide's Brush",
     "Art_Guides_Brush",
     {{"Moonrise behind Six Ridges", "Layers of fractal noise, drawn by a program",
       "Six ridges, each a line of noise, the nearer the darker. The mist between them is nothing "
       "but a colour that gains towards the foot of each.",
       ag_draw_moonrise, 1.4F, 3},
      {"Heavy Sea with a Boat", "Trochoid waves in layers, drawn by a program",
       "Rows of waves with broad troughs and pointed crests, as real waves have. The lines below "
       "them break off where noise says so, and the boat leans with its wave.",
       ag_draw_sea, 1.36F, 7},
      {"Northern Lights over the Lake", "Noise in curtains, drawn by a program",
       "Curtains of light hang from lines of noise; finer noise is their rays. The lake repeats "
       "the sky, pressed and rippled, and somebody is at home.",
       ag_draw_aurora, 1.25F, 6},
      {"Mountains, Ink", "Ridges with computed brush strokes, drawn by a program",
       "Ridges of folded noise, and brush strokes that run down their slopes, more upright where "
       "these are gentle. The red seal says nothing in any language.",
       ag_draw_ink_mountains, 0.7F, 3}}},
    {"City and Cloth",
     PLACES,
     "Art Guide's Scissors",
     "Art_Guides_Scissors",
     {{"Night Windows", "Random rectangles in three rows, drawn by a program",
       "Three rows of houses, and whether anybody is at home is left to chance: a little less "
       "than half of the windows are lit, some have a curtain, and some have company.",
       ag_draw_night_windows, 1.28F, 1},
      {"Town without Perspective", "Isometric blocks on noise, drawn by a program",
       "Blocks seen from above at an angle; the far ones are as large as the near ones. Noise "
       "decides how high they are, and where there is a park instead.",
       ag_draw_blocks, 1.1F, 3},
      {"Kilim, Nine Bands", "Patterns computed stitch by stitch, drawn by a program",
       "Diamonds, zigzags, steps and hooks in nine bands. Every stitch asks a rule for its "
       "colour; the wool was dyed in batches, so that rows differ a little.",
       ag_draw_kilim, 0.72F, 2},
      {"Meadow of a Hundred Flowers", "Superformula blossoms, packed, drawn by a program",
       "Blossoms after a formula for rounded stars, placed where there was room, as in the "
       "tapestries that are called millefleurs.",
       ag_draw_meadow, 0.86F, 3}}},
};
